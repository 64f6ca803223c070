import assert from 'node:assert/strict';
import { axe, looks, signIn } from '../support/browser.mjs';
import { Server } from '../support/server.mjs';
import { deliver } from '../support/smtp.mjs';

const admin = `admin@${Server.domain}`;
const bob = `bob@${Server.domain}`;
const pages = ['Overview', 'Domains', 'Accounts', 'Aliases', 'Queue'];

async function open(page, server, name) {
  await signIn(page, server.origin, admin, Server.password);
  await page.waitForURL('**/mail/inbox');
  await page.goto(`${server.origin}/admin/${name.toLowerCase()}`);
  await page.getByRole('heading', { name, level: 1 }).waitFor();
}

const row = (page, text) => page.getByRole('row').filter({ hasText: text });

async function choose(page, of, action) {
  await page.getByRole('button', { name: `Actions for ${of}` }).click();
  await page.getByRole('menuitem', { name: action }).click();
}

const notice = (page, text) => page.getByRole('status').getByText(text, { exact: true }).waitFor();

/** Somebody with a password can sign in, or cannot. */
async function canSignIn(server, address, password) {
  const response = await fetch(`${server.origin}/api/v1/session`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ address, password }),
  });
  return response.status === 200;
}

async function everyPage({ page, server, shoot, look }) {
  await open(page, server, 'Overview');
  for (const name of pages) {
    await page.getByRole('navigation', { name: 'Administration' }).getByRole('link', { name }).click();
    await page.getByRole('heading', { name, level: 1 }).waitFor();
    await (name === 'Overview' ? page.getByRole('heading', { name: 'To do' }) : page.getByRole('table')).waitFor();
    assert.deepEqual(await axe(page), [], name);
    await shoot(page, `axe-${look}-admin-${name.toLowerCase()}`);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
    assert.equal(wide, false, `${name} scrolls sideways`);
  }
  await choose(page, 'dora@example.net', 'Details');
  await page.getByRole('dialog', { name: 'Queued message' }).waitFor();
  assert.deepEqual(await axe(page), [], 'details');
  await page.keyboard.press('Escape');
  await page.goto(`${server.origin}/admin/accounts`);
  await page.getByRole('button', { name: 'Add account' }).click();
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.getByRole('alert').waitFor();
  assert.deepEqual(await axe(page), [], 'adding an account');
  await shoot(page, `axe-${look}-admin-add`);
}

export const adminCases = {
  name: 'administration',
  async prepare(server) {
    server.run(['account', 'add', admin, '--admin', '--password-stdin'], `${Server.password}\n`);
    server.run(['alias', 'add', `info@${Server.domain}`, bob]);
    // What goes elsewhere waits in the queue: nothing leaves this server.
    server.run(['alias', 'add', `away@${Server.domain}`, 'dora@example.net', 'emil@example.com']);
    await deliver(server.smtpPort, [{ from: bob, to: `away@${Server.domain}`, data: 'From: bob@example.test\nTo: away\nSubject: x\n\ntext\n' }]);
  },
  tests: [
    {
      name: 'accounts are added, changed and deleted',
      async test({ page, server, shoot }) {
        await open(page, server, 'Accounts');
        await row(page, bob).waitFor();
        await page.getByRole('button', { name: 'Add account' }).click();
        const dialog = page.getByRole('dialog', { name: 'Add account' });
        await dialog.getByLabel('Email address').fill('nobody');
        await dialog.getByRole('button', { name: 'Create account' }).click();
        await dialog.getByRole('alert').waitFor();
        await page.waitForFunction(() => document.activeElement?.getAttribute('name') === 'address');
        const dora = `dora@${Server.domain}`;
        await dialog.getByLabel('Email address').fill(dora);
        await dialog.getByRole('button', { name: 'Create account' }).click();
        await notice(page, 'Account created');
        const shown = page.getByRole('dialog', { name: 'New password' });
        const password = await shown.locator('code').innerText();
        await shown.getByRole('button', { name: 'Done' }).click();
        await row(page, dora).getByText('Active').waitFor();
        await shoot(page, 'admin-accounts');

        await choose(page, dora, 'Suspend');
        await row(page, dora).getByText('Suspended').waitFor();
        assert.equal(await canSignIn(server, dora, password), false);
        await choose(page, dora, 'Resume');
        await row(page, dora).getByText('Active').waitFor();
        assert.equal(await canSignIn(server, dora, password), true);
      },
    },
    {
      name: 'a password is reset, and what is deleted must be typed',
      async test({ page, server }) {
        await open(page, server, 'Accounts');
        const emil = `emil@${Server.domain}`;
        server.run(['account', 'add', emil, '--password-stdin'], `${Server.password}\n`);
        await page.getByLabel('Filter accounts').fill('emil');
        await row(page, emil).waitFor();
        assert.equal(await page.getByRole('row').count(), 2, 'the head, and the one that was asked for');
        await choose(page, emil, 'Edit…');
        await page.getByLabel('Quota in MB').fill('25');
        await page.getByLabel('Administrator').check();
        await page.getByRole('button', { name: 'Save' }).click();
        await row(page, emil).getByText('of 25 MB').waitFor();
        await row(page, emil).getByText('Administrator').waitFor();
        await choose(page, emil, 'Reset password…');
        await page.getByLabel('New password').fill('another good one');
        await page.getByRole('button', { name: 'Set password' }).click();
        await notice(page, 'Password changed');
        assert.equal(await canSignIn(server, emil, 'another good one'), true);

        await open(page, server, 'Accounts');
        await choose(page, emil, 'Delete…');
        await page.getByRole('button', { name: 'Delete for good' }).click();
        await page.getByRole('alert').getByText('What you typed is not the same.').waitFor();
        await page.getByLabel(`Type ${emil} to confirm`).fill(emil);
        await page.getByRole('button', { name: 'Delete for good' }).click();
        await notice(page, 'Account deleted');
        await row(page, emil).waitFor({ state: 'detached' });
      },
    },
    {
      name: 'domains are added and changed',
      async test({ page, server }) {
        await open(page, server, 'Domains');
        await page.getByRole('button', { name: 'Add domain' }).click();
        await page.getByLabel('Domain name').fill('second.example');
        await page.getByRole('dialog').getByRole('button', { name: 'Add domain' }).click();
        await notice(page, 'Domain added');
        await choose(page, 'second.example', 'Edit…');
        await page.getByLabel('Separators').fill('-');
        await page.getByRole('button', { name: 'Save' }).click();
        await notice(page, 'Domain saved');
        await row(page, 'second.example').getByText('-', { exact: true }).waitFor();
        await choose(page, Server.domain, 'Delete…');
        await page.getByLabel(`Type ${Server.domain} to confirm`).fill(Server.domain);
        await page.getByRole('button', { name: 'Delete for good' }).click();
        await page.getByRole('alert').getByText('still has accounts or aliases').waitFor();
      },
    },
    {
      name: 'aliases are added, turned off, deleted and had back',
      async test({ page, server }) {
        await open(page, server, 'Aliases');
        await page.getByRole('button', { name: 'Add alias' }).click();
        const sales = `sales@${Server.domain}`;
        await page.getByLabel('Alias address').fill(sales);
        await page.getByLabel('Leads to').fill(`${bob}, dora@example.net`);
        await page.getByLabel('Last day').fill('2020-12-31');
        await page.getByRole('button', { name: 'Create alias' }).click();
        await row(page, sales).getByText('Ended').waitFor();
        await choose(page, sales, 'Edit…');
        assert.equal(await page.getByLabel('Last day').inputValue(), '2020-12-31');
        await page.getByLabel('Last day').fill('');
        await page.getByRole('button', { name: 'Save' }).click();
        await row(page, sales).getByText('Active').waitFor();
        await choose(page, sales, 'Turn off');
        await row(page, sales).getByText('Off', { exact: true }).waitFor();
        await choose(page, sales, 'Delete');
        await row(page, sales).waitFor({ state: 'detached' });
        await page.getByRole('button', { name: 'Undo' }).click();
        await row(page, sales).getByText('dora@example.net').waitFor();
      },
    },
    {
      name: 'what waits is held, released and deleted',
      async test({ page, server, shoot }) {
        await open(page, server, 'Queue');
        await page.getByText('Nothing leaves this server').waitFor();
        await row(page, 'dora@example.net').waitFor();
        await shoot(page, 'admin-queue');
        await choose(page, 'dora@example.net', 'Hold');
        await notice(page, 'Held');
        await choose(page, 'dora@example.net', 'Release');
        await notice(page, 'Released');
        await choose(page, 'dora@example.net', 'Details');
        await page.getByRole('dialog').getByText('dora@example.net').waitFor();
        await page.keyboard.press('Escape');
        await row(page, 'emil@example.com').waitFor();
        await choose(page, 'emil@example.com', 'Return to sender…');
        await page.getByRole('dialog').getByRole('button', { name: 'Return to sender' }).click();
        await notice(page, 'Returned to its sender');
        await row(page, 'emil@example.com').waitFor({ state: 'detached' });
      },
    },
    {
      name: 'what waits its turn says so',
      async test({ page, server }) {
        // Here nothing may leave, so nothing waits for that.
        await page.route('**/api/v1/admin/queue', async (route) => {
          const response = await route.fetch();
          const queue = await response.json();
          for (const entry of queue.items) entry.waits = entry.to === 'dora@example.net' ? 'no more than 30 messages a minute go to example.net' : '';
          await route.fulfill({ response, json: queue });
        });
        await open(page, server, 'Queue');
        await row(page, 'dora@example.net').getByText('in its turn').waitFor();
        assert.equal(await row(page, 'emil@example.com').first().getByText('in its turn').count(), 0);
        await choose(page, 'dora@example.net', 'Details');
        await page.getByRole('dialog').getByText('no more than 30 messages a minute go to example.net').waitFor();
      },
    },
    ...Object.keys(looks).map((look) => ({ name: `axe finds nothing, ${look}`, look, test: everyPage })),
    {
      name: 'is nobody else’s',
      async test({ page, server }) {
        await signIn(page, server.origin, bob, Server.password);
        await page.waitForURL('**/mail/inbox');
        await page.getByRole('button', { name: 'Account menu' }).click();
        await page.getByRole('menuitem', { name: 'Sign out' }).waitFor();
        assert.equal(await page.getByRole('menuitem', { name: 'Administration' }).count(), 0);
        await page.goto(`${server.origin}/admin/accounts`);
        await page.getByRole('heading', { name: 'Page not found' }).waitFor();
      },
    },
    {
      name: 'the queue and the overview change while they are shown',
      async test({ page, server }) {
        await open(page, server, 'Queue');
        await page.getByRole('row').filter({ hasText: 'dora@example.net' }).first().waitFor();
        const send = (number) =>
          deliver(server.smtpPort, [{ from: bob, to: `away@${Server.domain}`, data: `From: bob@example.test\nTo: away\nSubject: ${number}\n\ntext\n` }]);
        const soon = { timeout: 5000 };
        const emils = page.getByRole('row').filter({ hasText: 'emil@example.com' });
        const before = await emils.count();
        await send(1);
        await emils.nth(before).waitFor(soon);

        // Another tab listens for both: it asks for what this one shows, and tells it.
        await page.goto(`${server.origin}/mail/inbox`);
        await page.getByRole('status').getByText('Live').waitFor();
        const asked = page.waitForRequest((request) => request.url().endsWith('/api/v1/events?topics=queue'));
        const other = await page.context().newPage();
        await other.goto(`${server.origin}/admin/queue`);
        await asked;
        const theirs = other.getByRole('row').filter({ hasText: 'emil@example.com' });
        await theirs.nth(before).waitFor();
        await send(2);
        await theirs.nth(before + 1).waitFor(soon);
        // What the command line does is seen too.
        server.run(['queue', 'hold', '--all']);
        await other.getByRole('row').filter({ hasText: 'emil@example.com' }).getByText('Held').first().waitFor(soon);
        const figure = other.locator('.figure').filter({ hasText: 'Queue' });
        await other.getByRole('navigation', { name: 'Administration' }).getByRole('link', { name: 'Overview' }).click();
        const total = Number(await figure.locator('strong').textContent());
        await send(3);
        await figure.getByText(String(total + 2), { exact: true }).waitFor(soon);

        // Nobody shows it any more: it is not asked for either.
        const without = page.waitForRequest((request) => request.url().endsWith('/api/v1/events'));
        await other.goto(`${server.origin}/admin/accounts`);
        await without;
        await page.getByRole('status').getByText('Live').waitFor();
      },
    },
  ],
};
