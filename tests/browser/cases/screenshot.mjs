import { join } from 'node:path';
import { looks, openPage, signIn } from '../support/browser.mjs';
import { inbox } from '../support/mails.mjs';
import { deliver } from '../support/smtp.mjs';
import { Server } from '../support/server.mjs';

/** The Inbox with a letter open, and an answer being written: `screenshot.png` and `writing.png` of a folder. */
export async function takePictures(browser, server, folder) {
  const mails = inbox();
  await deliver(server.smtpPort, mails);
  const { page } = await openPage(browser, server.origin, { ...looks.light, viewport: { width: 1360, height: 930 }, deviceScaleFactor: 2 });
  // All of it arrived a moment ago. The picture shows it as it would have come in,
  // over the days that the messages themselves name.
  const ago = [4, 21, 84, 190, 300, 1490, 1720, 3100, 4400, 5900, 7300, 8640];
  const seen = [2, 4, 5, 7, 8, 9, 10, 11];
  await page.route(/\/api\/v1\/mailboxes(\/inbox\/messages.*)?$/, async (route) => {
    const response = await route.fetch();
    const answer = await response.json();
    if (answer.items[0]?.role) answer.items[0].unread = mails.length - seen.length - 1; // the open one is read
    else
      answer.items.forEach((row, i) => {
        row.received = new Date(Date.now() - ago[i] * 60_000).toISOString();
        row.flags.seen ||= seen.includes(i);
        row.flags.flagged = i === 4 || i === 9;
        if (row.conversation) Object.assign(row.conversation, { unread: row.flags.seen ? 0 : 1, flagged: row.flags.flagged });
      });
    await route.fulfill({ response, json: answer });
  });
  await signIn(page, server.origin, `alice@${Server.domain}`, Server.password);
  await page.getByRole('row', { name: /The hut is ours/ }).click();
  await page.frameLocator('iframe[title="Message body"]').getByText('two clear days').waitFor();
  await page.getByRole('row', { name: /The hut is ours/, selected: true }).waitFor();
  await page.evaluate(() => document.activeElement?.blur?.());
  await page.waitForFunction(() => [...document.images].every((image) => image.complete));
  await page.getByText('Live', { exact: true }).waitFor();
  await page.screenshot({ path: join(folder, 'screenshot.png') });

  await page.getByRole('row', { name: /On the shortest way to the hut/ }).click();
  await page.getByRole('heading', { name: 'On the shortest way to the hut' }).waitFor();
  await page.getByRole('toolbar', { name: 'Message actions' }).getByRole('button', { name: 'Reply', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Compose message' });
  await dialog.getByRole('textbox', { name: 'Message body' }).pressSequentially('Dear Edsger,\n\nthe ridge is shorter, but the children would rather see the lake. Let us take\nthe path along the shore and be at the hut for supper.\n');
  await dialog.getByText('Draft saved').waitFor();
  await page.evaluate(() => document.activeElement?.blur?.());
  await page.screenshot({ path: join(folder, 'writing.png') });
}
