import assert from 'node:assert/strict';
import { signIn } from '../support/browser.mjs';
import { message } from '../support/mails.mjs';
import { Server } from '../support/server.mjs';
import { deliver } from '../support/smtp.mjs';

const article = (page) => page.getByRole('main', { name: 'Reading pane' }).getByRole('article', { name: 'Message' });

/** Opens the message as if this had been found when it came: mail from this machine is not looked at. */
async function open({ page, server }, judgement) {
  await page.route(/\/api\/v1\/messages\/\d+$/, async (route) => {
    if (!judgement || route.request().method() !== 'GET') return route.continue();
    const response = await route.fetch();
    await route.fulfill({ response, json: { ...(await response.json()), judgement } });
  });
  await signIn(page, server.origin, `alice@${Server.domain}`, Server.password);
  await page.getByRole('row', { name: /Cheap watches/ }).click();
  await article(page).getByRole('heading', { name: 'Cheap watches' }).waitFor();
}

export const junkCases = {
  name: 'what is junk',
  async prepare(server) {
    await deliver(server.smtpPort, [message({ name: 'A Shop', from: 'sales@shop.example', subject: 'Cheap watches', body: 'Buy now.\n' })]);
  },
  tests: [
    {
      name: 'a sender that is new is marked',
      async test(context) {
        await open(context, { junk: false, score: 0, reasons: [{ name: 'first-contact', weight: 0, text: 'it is the first message from this sender' }] });
        await article(context.page).getByText('This is the first message from this sender.').waitFor();
      },
    },
    {
      name: 'why it is junk stands in its head',
      async test(context) {
        const text = 'the server that brought it is on a block list: bl.example';
        await open(context, { junk: true, score: 4, reasons: [{ name: 'blocklist', weight: 4, text }] });
        await article(context.page).locator('summary').click();
        await article(context.page).getByText(`${text} (+4)`).waitFor();
        assert.equal(await article(context.page).getByText('first message from').count(), 0);
      },
    },
    {
      name: 'a sender is blocked, listed, and let go',
      async test(context) {
        await open(context, null);
        const { page } = context;
        await page.getByRole('toolbar', { name: 'Message actions' }).getByRole('button', { name: 'More actions' }).click();
        await page.getByRole('menuitem', { name: 'Block this sender' }).click();
        await page.getByText('Mail from sales@shop.example goes to Junk from now on').waitFor();
        await page.getByRole('link', { name: /^Junk/ }).click();
        await page.getByRole('button', { name: 'Mailbox actions' }).click();
        await page.getByRole('menuitem', { name: 'Senders…' }).click();
        const dialog = page.getByRole('dialog', { name: 'Blocked and allowed senders' });
        await dialog.getByText('sales@shop.example').waitFor();
        await dialog.getByRole('button', { name: 'Remove sales@shop.example' }).click();
        await dialog.getByText('Nobody is blocked or allowed.').waitFor();
        await dialog.getByRole('textbox', { name: 'Sender' }).fill('nobody');
        await dialog.getByRole('button', { name: 'Add' }).click();
        await dialog.getByRole('alert').getByText('That is no sender').waitFor();
      },
    },
  ],
};
