import assert from 'node:assert/strict';
import { signIn } from '../support/browser.mjs';
import { message } from '../support/mails.mjs';
import { Server } from '../support/server.mjs';
import { deliver } from '../support/smtp.mjs';

const article = (page) => page.getByRole('main', { name: 'Reading pane' }).getByRole('article', { name: 'Message' });

/** Opens the message as if this had been found when it came: mail from this machine is not verified. */
async function open({ page, server }, found) {
  await page.route(/\/api\/v1\/messages\/\d+$/, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, json: { ...(await response.json()), ...(found && { authentication: found }) } });
  });
  await signIn(page, server.origin, `alice@${Server.domain}`, Server.password);
  await page.getByRole('row', { name: /Your account/ }).click();
  await article(page).getByRole('heading', { name: 'Your account' }).waitFor();
  await article(page).locator('summary').click();
}

export const authenticCases = {
  name: 'whom a message is from',
  async prepare(server) {
    await deliver(server.smtpPort, [message({ name: 'The Bank', from: 'help@bank.example', subject: 'Your account', body: 'Sign in here.\n' })]);
  },
  tests: [
    {
      name: 'what was found stands in its head',
      async test(context) {
        await open(context, { spf: 'pass', dkim: 'pass', dmarc: 'pass', domain: 'bank.example' });
        await article(context.page).getByText('SPF, DKIM, DMARC passed').waitFor();
        assert.equal(await article(context.page).getByText('may not be from').count(), 0);
      },
    },
    {
      name: 'a reader is told where nobody vouches for the sender',
      async test(context) {
        await open(context, { spf: 'fail', dkim: 'none', dmarc: 'fail', domain: 'bank.example' });
        await article(context.page).getByText('This message may not be from bank.example').waitFor();
        await article(context.page).getByText('SPF, DMARC failed; DKIM not used').waitFor();
      },
    },
    {
      name: 'nothing is said where nobody looked',
      async test(context) {
        await open(context, null);
        await article(context.page).getByText('Arrived').waitFor();
        assert.equal(await article(context.page).getByText('Authentication').count(), 0);
      },
    },
  ],
};
