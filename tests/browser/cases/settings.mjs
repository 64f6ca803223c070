import assert from 'node:assert/strict';
import { axe, looks, openPage, signIn } from '../support/browser.mjs';
import { fetchAll } from '../support/pop3.mjs';
import { Server } from '../support/server.mjs';
import { deliver } from '../support/smtp.mjs';

const address = (name) => `${name}@${Server.domain}`;
const alice = address('alice');
const sections = ['Profile', 'Identities', 'Password', 'Sessions', 'Notifications', 'Appearance', 'App passwords', 'Mail programs', 'Import and export', 'API tokens'];

async function open(page, server, section, who = alice) {
  await signIn(page, server.origin, who, Server.password);
  await page.waitForURL('**/mail/inbox');
  await page.getByRole('button', { name: 'Account menu' }).click();
  await page.getByRole('menuitem', { name: 'Settings' }).click();
  await page.getByRole('navigation', { name: 'Settings' }).getByRole('link', { name: section, exact: true }).click();
  await page.getByRole('heading', { name: section, level: 1 }).waitFor();
}

/** From somebody else. */
const letter = (to, subject) => ({ from: 'ada@example.org', to: address(to), data: `From: Ada <ada@example.org>\nSubject: ${subject}\n\ntext\n` });

const row = (page, text) => page.getByRole('row').filter({ hasText: text });
const notice = (page, text) => page.getByRole('status').getByText(text, { exact: true }).waitFor();

/** Somebody's other browser, signed in. */
async function elsewhere(browser, server, who) {
  const opened = await openPage(browser, server.origin, looks.light);
  await signIn(opened.page, server.origin, who, Server.password);
  await opened.page.waitForURL('**/mail/inbox');
  return opened;
}

/** What a program gets that asks with a token. */
const ask = async (server, token, path) => (await fetch(`${server.origin}/api/v1${path}`, { headers: { Authorization: `Bearer ${token}` } })).status;

async function makeSecret(page, button, fill, submit, title) {
  await page.getByRole('button', { name: button }).click();
  await fill(page.getByRole('dialog'));
  await page.getByRole('button', { name: submit }).click();
  const shown = page.getByRole('dialog', { name: title });
  const secret = await shown.locator('code').innerText();
  await shown.getByRole('button', { name: 'Done' }).click();
  return secret;
}

async function everySection({ page, server, shoot, look }) {
  await open(page, server, 'Profile', address('dave'));
  for (const name of sections) {
    await page.getByRole('navigation', { name: 'Settings' }).getByRole('link', { name, exact: true }).click();
    await page.getByRole('heading', { name, level: 1 }).waitFor();
    await page.locator('form, table, .tile, .empty').first().waitFor();
    assert.deepEqual(await axe(page), [], name);
    await shoot(page, `axe-${look}-settings-${name.toLowerCase().replaceAll(' ', '-')}`);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
    assert.equal(wide, false, `${name} scrolls sideways`);
  }
  await page.getByRole('button', { name: 'Add token' }).click();
  await page.getByRole('button', { name: 'Create token' }).click();
  await page.getByRole('alert').waitFor();
  assert.deepEqual(await axe(page), [], 'adding a token');
  await shoot(page, `axe-${look}-settings-add-token`);
  await page.keyboard.press('Escape');
  await page.goto(`${server.origin}/settings/identities`);
  await page.getByRole('button', { name: `Edit ${address('dave')}` }).click();
  await page.getByRole('dialog', { name: 'Edit identity' }).waitFor();
  assert.deepEqual(await axe(page), [], 'editing an identity');
  await shoot(page, `axe-${look}-settings-identity`);
}

export const settingsCases = {
  name: 'settings',
  people: ['alice', 'bob', 'carol', 'dave'],
  listeners: ['pop3', 'submission'],
  async prepare(server) {
    server.run(['alias', 'add', address('sales'), alice]);
    server.run(['alias', 'add', address('help'), address('dave')]);
    server.run(['account', 'app-password', 'add', address('dave'), 'Outlook at work']);
    const data = 'From: bob@example.test\nTo: alice\nSubject: Lunch\n\ntext\n';
    await deliver(server.smtpPort, [{ from: address('bob'), to: alice, data }]);
  },
  tests: [
    {
      name: 'a changed password signs out everywhere else',
      async test({ page, server, browser }) {
        const carol = address('carol');
        const other = await elsewhere(browser, server, carol);
        await open(page, server, 'Password', carol);
        const fill = async (current, wanted, again) => {
          await page.getByLabel('Present password').fill(current);
          await page.getByLabel('New password', { exact: true }).fill(wanted);
          await page.getByLabel('New password again').fill(again);
          await page.getByRole('button', { name: 'Change password' }).click();
        };
        await fill(Server.password, 'one good password', 'another');
        await page.getByText('The two are not the same.').waitFor();
        await fill('not mine', 'one good password', 'one good password');
        await page.getByText('That is not your present password.').waitFor();
        await page.waitForFunction(() => document.activeElement?.getAttribute('name') === 'current');
        await fill(Server.password, 'one good password', 'one good password');
        await notice(page, 'Password changed. You are signed out everywhere else.');
        await page.getByRole('link', { name: 'Sessions' }).click();
        await row(page, 'This browser').waitFor();
        assert.equal(await page.getByRole('row').count(), 2, 'the head, and this one');
        await other.page.goto(`${server.origin}/settings/profile`);
        await other.page.getByRole('heading', { name: 'Sign in' }).waitFor();
        await signIn(other.page, server.origin, carol, 'one good password');
        await other.page.waitForURL('**/mail/inbox');
        await other.context.close();
      },
    },
    {
      name: 'other browsers are shown and signed out',
      async test({ page, server, browser, shoot }) {
        const other = await elsewhere(browser, server, address('bob'));
        await open(page, server, 'Sessions', address('bob'));
        await page.getByRole('button', { name: /^Sign out Chrome/ }).waitFor();
        await shoot(page, 'settings-sessions');
        await page.getByRole('button', { name: /^Sign out Chrome/ }).click();
        await notice(page, 'Signed out there');
        await page.getByRole('button', { name: /^Sign out Chrome/ }).waitFor({ state: 'detached' });
        await other.page.reload();
        await other.page.getByRole('heading', { name: 'Sign in' }).waitFor();
        await other.context.close();

        const more = await elsewhere(browser, server, address('bob'));
        await page.reload();
        await page.getByRole('button', { name: 'Sign out everywhere else' }).click();
        await notice(page, 'Signed out in 1 other place');
        await more.context.close();
      },
    },
    {
      name: 'a device has a password of its own, and what it fetched is shown',
      async test({ page, server, shoot }) {
        await open(page, server, 'App passwords');
        const fill = (dialog) => dialog.getByLabel('Device').fill('Outlook');
        const password = await makeSecret(page, 'Add app password', fill, 'Create password', 'App password');
        await row(page, 'Outlook').getByText('never').first().waitFor();
        assert.equal(await fetchAll(server.ports.pop3, alice, password), 2, 'and what was told of the password');
        await page.reload();
        await row(page, 'Outlook').getByText('just now').first().waitFor();
        await row(page, 'Outlook').getByText('127.0.0.1').waitFor();
        await shoot(page, 'settings-app-passwords');

        await page.getByLabel('Until all devices have fetched it').check();
        await notice(page, 'Saved');
        const days = page.getByLabel('Days after the last device has fetched it');
        await days.fill('3');
        await days.press('Tab');
        await page.reload();
        assert.equal(await days.inputValue(), '3');
        await page.getByLabel('Until I delete it').check();
        await days.waitFor({ state: 'detached' });

        await page.getByRole('button', { name: 'Revoke Outlook' }).click();
        await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
        await row(page, 'Outlook').waitFor({ state: 'detached' });
        await assert.rejects(fetchAll(server.ports.pop3, alice, password), /-ERR/);
      },
    },
    {
      name: 'a token opens the API until it is revoked',
      async test({ page, server }) {
        await open(page, server, 'API tokens');
        const fill = async (dialog) => {
          assert.equal(await dialog.getByLabel('Administer this server').count(), 0, 'for administrators');
          await dialog.getByLabel('Name').fill('tests');
          await dialog.getByLabel('Good for').selectOption('90 days');
        };
        const token = await makeSecret(page, 'Add token', fill, 'Create token', 'API token');
        await row(page, 'tests').getByText('Read mail').waitFor();
        assert.equal(await ask(server, token, '/mailboxes'), 200);
        assert.equal(await ask(server, token, '/tokens'), 403);
        await page.reload();
        await row(page, 'tests').getByText('just now').waitFor();
        await page.getByRole('button', { name: 'Revoke tests' }).click();
        await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
        await page.getByText('No program uses the API as you.').waitFor();
        assert.equal(await ask(server, token, '/mailboxes'), 401);
      },
    },
    {
      name: 'name and signature go with what is written',
      async test({ page, server, shoot }) {
        await open(page, server, 'Profile');
        await page.getByLabel('Display name').fill('Alice Liddell');
        await page.getByLabel('Signature').fill('Alice\nRabbit hole 1');
        await page.getByRole('button', { name: 'Save profile' }).click();
        await notice(page, 'Profile saved');
        await page.getByRole('link', { name: 'Identities' }).click();
        await row(page, alice).getByText('Alice Liddell').waitFor();
        await page.getByRole('button', { name: `Edit ${address('sales')}` }).click();
        const dialog = page.getByRole('dialog', { name: 'Edit identity' });
        await dialog.getByLabel('Display name').fill('Sales');
        await dialog.getByLabel('Signature').fill('The sales people');
        await dialog.getByRole('button', { name: 'Save' }).click();
        await row(page, address('sales')).getByText('The sales people').waitFor();
        await shoot(page, 'settings-identities');

        await page.getByRole('link', { name: 'Mail', exact: true }).click();
        await page.getByRole('button', { name: 'Compose' }).click();
        const compose = page.getByRole('dialog', { name: 'Compose message' });
        const body = compose.getByLabel('Message body');
        await page.waitForFunction(() => document.querySelector('textarea')?.value.includes('Rabbit hole 1'));
        assert.equal(await body.inputValue(), '\n\n-- \nAlice\nRabbit hole 1\n');
        assert.equal(await compose.getByLabel('From').locator('option:checked').innerText(), `Alice Liddell <${alice}>`);
        await shoot(page, 'settings-compose');
        await compose.getByLabel('From').selectOption(address('sales'));
        assert.equal(await body.inputValue(), '\n\n-- \nThe sales people\n');
        await compose.getByRole('combobox', { name: 'To', exact: true }).fill(address('bob'));
        await compose.getByLabel('Subject').fill('Offer');
        await compose.getByRole('button', { name: 'Send' }).click();
        await notice(page, 'Message sent');

        await page.getByRole('grid', { name: 'Messages' }).getByText('Lunch').click();
        await page.getByRole('toolbar', { name: 'Message actions' }).getByRole('button', { name: 'Reply', exact: true }).click();
        await compose.waitFor();
        assert.match(await body.inputValue(), /^\n\n-- \nAlice\nRabbit hole 1\n\n\n.*wrote:\n> text/s);
      },
    },
    {
      name: 'theme, density and single-letter keys are as chosen, in every browser of the account',
      async test({ page, server, browser, shoot }) {
        await open(page, server, 'Appearance', address('bob'));
        const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
        assert.equal(await background(), 'rgb(255, 255, 255)');
        await page.getByRole('radio', { name: 'Dark' }).check();
        assert.equal(await background(), 'rgb(20, 23, 27)');
        assert.deepEqual(await axe(page), []);
        await page.getByRole('radio', { name: /^Compact/ }).check();
        await page.getByRole('checkbox', { name: 'Keys of a single letter' }).uncheck();
        await page.waitForFunction(async () => (await (await fetch('/api/v1/settings')).json()).shortcuts === false);
        await deliver(server.smtpPort, [letter('bob', 'Tea')]);
        await page.getByRole('link', { name: 'Mail', exact: true }).click();
        await row(page, 'Tea').waitFor();
        assert.equal((await row(page, 'Tea').boundingBox()).height, 44);
        await shoot(page, 'settings-compact-dark');
        await page.keyboard.press('c');
        await page.keyboard.press('?');
        await row(page, 'Tea').focus();
        await page.keyboard.press('Enter');
        await page.getByRole('article', { name: 'Message' }).waitFor();
        assert.equal(await page.getByRole('dialog').count(), 0, 'c and ? do nothing');

        const other = await elsewhere(browser, server, address('bob'));
        await other.page.waitForFunction(() => getComputedStyle(document.body).backgroundColor === 'rgb(20, 23, 27)');
        await other.page.reload();
        await row(other.page, 'Tea').waitFor();
        assert.equal(await other.page.evaluate(() => document.documentElement.dataset.theme), 'dark');
        await other.context.close();
      },
    },
    {
      name: 'new mail is told where no page can be seen, once it was asked for',
      async test({ page, server }) {
        await page.addInitScript(() => {
          window.told = [];
          window.Notification = class {
            static permission = 'default';
            static async requestPermission() {
              this.permission = 'granted';
              sessionStorage.setItem('granted', 'yes');
              return 'granted';
            }
            constructor(title, options) {
              window.told.push(`${title}: ${options.body}`);
            }
          };
          if (sessionStorage.getItem('granted')) window.Notification.permission = 'granted';
          let away = false;
          Object.defineProperty(document, 'hidden', { get: () => away });
          window.leave = (wanted) => (away = wanted);
        });
        await open(page, server, 'Notifications', address('dave'));
        const box = page.getByRole('checkbox', { name: 'Tell me of new mail' });
        assert.equal(await box.isChecked(), false, 'off until asked for');
        await box.check();
        await page.waitForFunction(async () => (await (await fetch('/api/v1/settings')).json()).notifications === true);
        await page.getByRole('link', { name: 'Mail', exact: true }).click();
        await page.getByText('Live', { exact: true }).waitFor();
        const bring = (subject) => deliver(server.smtpPort, [letter('dave', subject)]);
        await bring('Seen');
        await row(page, 'Seen').waitFor();
        await page.evaluate(() => window.leave(true));
        await bring('Unseen');
        await page.waitForFunction(() => window.told.length > 0);
        assert.equal((await page.evaluate(() => window.told)).length, 1);
        assert.match((await page.evaluate(() => window.told))[0], /^Ada: Unseen$/);
      },
    },
    {
      name: 'what mail programs ask for is told',
      async test({ page, server }) {
        await open(page, server, 'Mail programs');
        const incoming = page.getByRole('region', { name: 'Incoming mail (POP3)' });
        await incoming.getByText(String(server.ports.pop3)).waitFor();
        await incoming.getByText('STARTTLS').waitFor();
        await page.getByRole('region', { name: 'Outgoing mail (SMTP)' }).getByText(String(server.ports.submission)).waitFor();
        const profile = await page.request.get(`${server.origin}${await page.getByRole('link', { name: 'Download profile' }).getAttribute('href')}`);
        assert.equal(profile.status(), 200);
        assert.match(await profile.text(), new RegExp(alice));
      },
    },
    ...Object.keys(looks).map((look) => ({ name: `axe finds nothing, ${look}`, look, test: everySection })),
  ],
};
