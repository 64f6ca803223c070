import { signIn } from '../support/browser.mjs';
import { inbox } from '../support/mails.mjs';
import { Server } from '../support/server.mjs';
import { deliver } from '../support/smtp.mjs';

export const awayCases = {
  name: 'the server away',
  async prepare(server) {
    await deliver(server.smtpPort, inbox());
  },
  tests: [
    {
      name: 'is noticed, and its return too; the session outlives a restart',
      allowed: [/ERR_CONNECTION_REFUSED|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET|503 .*events/], // as it leaves, and once it has
      async test({ page, server, shoot }) {
        await page.clock.install();
        await signIn(page, server.origin, `alice@${Server.domain}`, Server.password);
        await page.getByRole('row', { name: /Lunch/ }).waitFor();
        await server.stop();
        await page.clock.runFor(16_000);
        await page.getByRole('status').getByText('Offline').waitFor();
        await page.getByRole('alert').getByText('cannot be reached').waitFor();
        await page.getByRole('row', { name: /Lunch/ }).waitFor();
        await shoot(page, 'offline');
        await page.getByRole('row', { name: /A tree for the loop/ }).click();
        await page.getByRole('button', { name: 'Try again' }).waitFor();
        await server.serve();
        await page.getByRole('button', { name: 'Try again' }).click();
        await page.getByRole('article', { name: 'Message' }).getByText('a graph more lovely than a tree').waitFor();
        await page.getByRole('status').getByText('Live').waitFor();
      },
    },
  ],
};
