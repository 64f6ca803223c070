import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { axe, signIn } from '../support/browser.mjs';
import { message } from '../support/mails.mjs';
import { Server } from '../support/server.mjs';
import { deliver } from '../support/smtp.mjs';

const row = (page, name) => page.getByRole('row', { name });

async function enter({ page, server }, who = 'alice') {
  await signIn(page, server.origin, `${who}@${Server.domain}`, Server.password);
  await page.getByRole('heading', { name: 'Inbox' }).waitFor();
}

const act = async (page, name) => {
  await page.getByRole('button', { name: 'Mailbox actions' }).click();
  await page.getByRole('menuitem', { name }).click();
};

async function exported(page, name) {
  const [download] = await Promise.all([page.waitForEvent('download'), act(page, name)]);
  return { name: download.suggestedFilename(), octets: readFileSync(await download.path()) };
}

async function importInto(page, files) {
  await act(page, 'Import…');
  const dialog = page.getByRole('dialog', { name: /^Import into / });
  await dialog.getByLabel('Files').setInputFiles(files);
  await dialog.getByRole('button', { name: 'Import' }).click();
}

const notice = (page, words) => page.getByText(words, { exact: true }).first().waitFor();
const mbox = (octets) => ({ name: 'old.mbox', mimeType: 'application/mbox', buffer: octets });
const eml = (subject) => ({ name: `${subject}.eml`, mimeType: 'message/rfc822', buffer: Buffer.from(`From: ada@example.org\nSubject: ${subject}\n\nText\n`) });

async function everyState(opened) {
  const { page, shoot, look } = opened;
  await enter(opened);
  await page.getByRole('button', { name: 'Mailbox actions' }).click();
  assert.deepEqual(await axe(page), [], 'the menu');
  await page.getByRole('menuitem', { name: 'Import…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Import into Inbox' });
  await dialog.getByRole('button', { name: 'Import' }).click();
  await dialog.getByRole('alert').getByText('Choose a file.').waitFor();
  assert.deepEqual(await axe(page), [], 'the dialog');
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'scrolls sideways');
  await shoot(page, `import-${look}`);
}

export const transferCases = {
  name: 'import and export',
  async prepare(server) {
    await deliver(server.smtpPort, [
      message({ name: 'Ada', from: 'ada@example.org', subject: 'Engines', body: 'From here on it is hard.\n' }),
      message({ name: 'Grace', from: 'grace@example.org', subject: 'Compilers', body: 'Nobody believed it.\n' }),
    ]);
  },
  tests: [
    {
      name: 'a mailbox goes out as an mbox and comes back from it, once',
      async test(opened) {
        const { page, browser, server } = opened;
        await enter(opened);
        await row(page, /Compilers/).waitFor();
        const out = await exported(page, 'Export Inbox');
        assert.equal(out.name, 'Inbox.mbox');
        assert.match(out.octets.toString(), /^From ada@example\.org [^]*\n>From here on it is hard\.\n+From grace@example\.org /);
        const other = await browser.newContext({ locale: 'en-GB' });
        const his = await other.newPage();
        await enter({ page: his, server }, 'bob');
        await importInto(his, mbox(out.octets));
        await notice(his, '2 messages imported.');
        await row(his, /Engines/).waitFor();
        assert.deepEqual((await exported(his, 'Export Inbox')).octets, out.octets);
        await importInto(his, mbox(out.octets));
        await notice(his, '0 messages imported. 2 messages there already.');
        await other.close();
      },
    },
    {
      name: 'single messages come one after the other into the mailbox that is shown',
      async test(opened) {
        const { page, server } = opened;
        await enter(opened);
        await page.goto(`${server.origin}/mail/archive`);
        await page.getByRole('heading', { name: 'Archive' }).waitFor();
        await importInto(page, [eml('First'), eml('Second')]);
        await row(page, /First/).waitFor();
        await row(page, /Second/).waitFor();
      },
    },
    {
      name: 'what is no mail store is said to be none, and an upload can be cancelled',
      async test(opened) {
        const { page } = opened;
        await enter(opened);
        await importInto(page, mbox(Buffer.from('From me to you\n\nNothing\n')));
        await page.getByText(/^0 messages imported\. Not finished: the file: at octet 0: an mbox has a line here like/).first().waitFor();

        let release;
        const held = new Promise((resolve) => (release = resolve));
        await page.route('**/api/v1/import?*', (route) => held.then(() => route.abort()));
        await importInto(page, eml('Third'));
        const under = page.getByRole('list', { name: 'Under way' });
        await under.getByRole('progressbar', { name: 'Uploading Third.eml' }).waitFor();
        await under.getByRole('button', { name: 'Cancel' }).click();
        await notice(page, 'Upload cancelled');
        release();
        await under.waitFor({ state: 'detached' });
      },
    },
    {
      name: 'have a page among the settings, for all mailboxes',
      async test(opened) {
        const { page, server } = opened;
        await enter(opened);
        await act(page, 'All mail…');
        await page.getByRole('heading', { name: 'Import and export', level: 1 }).waitFor();
        const out = async () => {
          const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Export', exact: true }).click()]);
          return { name: download.suggestedFilename(), octets: readFileSync(await download.path()) };
        };
        const all = await out();
        assert.equal(all.name, 'All mail.mbox');
        assert.match(all.octets.toString(), /\nSubject: Compilers\n/);
        await page.getByLabel('What to export').selectOption('Inbox');
        await page.getByLabel('Format').selectOption({ label: 'A zip of single messages (.eml)' });
        const inbox = await out();
        assert.equal(inbox.name, 'Inbox.zip');
        assert.equal(inbox.octets.subarray(0, 2).toString(), 'PK');

        await page.getByRole('button', { name: 'Import', exact: true }).click();
        await page.getByRole('alert').getByText('Choose a file.').waitFor();
        await page.getByLabel('Import into').selectOption('Sent');
        await page.getByLabel('Files').setInputFiles([eml('Brought to Sent')]);
        await page.getByRole('button', { name: 'Import', exact: true }).click();
        await notice(page, '1 message imported.');
        assert.equal(await page.getByLabel('Files').inputValue(), '', 'the form is ready for the next');
        await page.goto(`${server.origin}/mail/sent`);
        await row(page, /Brought to Sent/).waitFor();
      },
    },
    ...['light', 'dark', 'phone', 'small'].map((look) => ({ name: `in ${look}`, look, test: everyState })),
  ],
};
