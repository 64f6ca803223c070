import assert from 'node:assert/strict';
import { signIn } from '../support/browser.mjs';
import { message } from '../support/mails.mjs';
import { Server } from '../support/server.mjs';
import { deliver } from '../support/smtp.mjs';

const alice = `alice@${Server.domain}`;
const minutes = 60_000;

const isStream = (request) => request.url().endsWith('/api/v1/events');

/** As if the window were behind others, or came back from there. */
const hide = (page, hidden) =>
  page.evaluate((value) => {
    Object.defineProperty(document, 'hidden', { value, configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  }, hidden);

export const watchingCases = {
  name: 'watching',
  tests: [
    {
      name: 'nobody listens while nobody can see it, and then nothing is missed',
      async test({ page, server }) {
        await page.clock.install();
        await signIn(page, server.origin, alice, Server.password);
        await page.getByRole('status').getByText('Live').waitFor();
        const streams = [];
        page.on('request', (request) => isStream(request) && streams.push(request));

        await hide(page, true);
        await page.clock.fastForward(5 * minutes);
        await hide(page, false);
        await page.getByRole('status').getByText('Live').waitFor();
        await hide(page, true);
        const ended = page.waitForEvent('requestfailed', isStream);
        await page.clock.fastForward(11 * minutes);
        await ended;
        await page.clock.runFor(3 * minutes);
        streams.length = 0;
        await deliver(server.smtpPort, [message({ name: 'Ada', from: 'ada@example.org', subject: 'While nobody looked', body: 'Hello\n' })]);
        await page.clock.runFor(3 * minutes);
        assert.deepEqual(streams, [], 'it is not opened again');

        const again = page.waitForRequest(isStream);
        await hide(page, false);
        assert.match((await again).headers()['last-event-id'] ?? '', /^\d+$/);
        await page.getByRole('row', { name: /While nobody looked/ }).waitFor();
        await page.getByRole('status').getByText('Live').waitFor();
      },
    },
    {
      name: 'what becomes of a message that was sent is told, and not asked for',
      async test({ page, server }) {
        await page.clock.install();
        await signIn(page, server.origin, alice, Server.password);
        await page.getByRole('status').getByText('Live').waitFor();
        const asked = [];
        page.on('request', (request) => request.url().includes('/api/v1/submissions/') && asked.push(request.method()));
        await page.evaluate(() => {
          new BroadcastChannel('pillarbox-events').onmessage = ({ data }) => {
            if (data.heard?.kind === 'submission') globalThis.heard = data.heard.submission;
          };
        });
        await page.getByRole('button', { name: 'Compose' }).click();
        const dialog = page.getByRole('dialog', { name: 'Compose message' });
        await dialog.getByRole('combobox', { name: 'To' }).fill(alice);
        await dialog.getByLabel('Subject').fill('To myself');
        await dialog.getByRole('button', { name: 'Send' }).click();
        await page.getByText('Message sent').waitFor();
        await page.getByRole('row', { name: /To myself/ }).waitFor();
        await page.waitForFunction(() => globalThis.heard?.state === 'sent');
        await page.clock.runFor(30_000); // the time in which it would be asked for has passed
        assert.deepEqual(asked, []);
      },
    },
  ],
};
