import assert from 'node:assert/strict';
import { axe, signIn } from '../support/browser.mjs';
import { inbox } from '../support/mails.mjs';
import { Server } from '../support/server.mjs';
import { deliver } from '../support/smtp.mjs';

const row = (page, name) => page.getByRole('row', { name });
const link = (page, name) => page.getByRole('navigation', { name: 'Mailboxes' }).getByRole('link', { name });
const notice = (page, text) => page.getByRole('status').getByText(text);
const heading = (page, name) => page.getByRole('heading', { name, level: 1, exact: true });

async function enter({ page, server }) {
  await signIn(page, server.origin, `alice@${Server.domain}`, Server.password);
  await row(page, /A tree for the loop/).waitFor();
}

export const mailboxCases = {
  name: 'mailboxes',
  async prepare(server) {
    await deliver(server.smtpPort, inbox());
  },
  tests: [
    {
      name: 'one of the own is made, filled, renamed and removed',
      async test({ page, server, shoot }) {
        await enter({ page, server });
        await page.getByRole('button', { name: 'New mailbox' }).click();
        const dialog = page.getByRole('dialog', { name: 'New mailbox' });
        await dialog.getByRole('textbox', { name: 'Name' }).fill('a//b');
        await dialog.getByRole('button', { name: 'Create mailbox' }).click();
        await dialog.getByRole('alert').getByText('cannot be called so').waitFor();
        assert.deepEqual(await axe(page), []);
        await shoot(page, 'mailbox-new');
        await dialog.getByRole('textbox', { name: 'Name' }).fill('Hut/Winter');
        await dialog.getByRole('button', { name: 'Create mailbox' }).click();
        await heading(page, 'Hut/Winter').waitFor();
        await page.getByText('No messages', { exact: true }).waitFor();
        await link(page, 'Hut').first().waitFor();

        await link(page, /^Inbox/).click();
        await row(page, /The hut is ours/).getByRole('checkbox', { name: 'Select message' }).click();
        await page.getByRole('button', { name: 'More for the selection' }).click();
        await page.getByRole('menuitem', { name: 'Move to…' }).click();
        await page.getByRole('dialog').getByRole('button', { name: 'Hut/Winter' }).click();
        await notice(page, 'Moved to Hut/Winter').waitFor();
        await link(page, 'Hut/Winter, 1 unread').click();
        await row(page, /The hut is ours/).waitFor();
        await shoot(page, 'mailbox-own');

        const actions = page.getByRole('button', { name: 'Mailbox actions' });
        await actions.click();
        await page.getByRole('menuitem', { name: 'Rename…' }).click();
        await page.getByRole('dialog', { name: 'Rename Hut/Winter' }).getByRole('textbox', { name: 'Name' }).fill('Hut/Friday');
        await page.getByRole('button', { name: 'Rename', exact: true }).click();
        await heading(page, 'Hut/Friday').waitFor();
        await actions.click();
        await page.getByRole('menuitem', { name: 'Remove…' }).click();
        await page.getByRole('dialog', { name: 'Remove Hut/Friday?' }).getByText('Its 1 message will be deleted.').waitFor();
        await page.getByRole('button', { name: 'Remove mailbox' }).click();
        await notice(page, 'Hut/Friday removed').waitFor();
        await heading(page, 'Inbox').waitFor();
        await link(page, /^Hut\/Friday/).waitFor({ state: 'detached' });
      },
    },
    {
      name: 'Trash is emptied, and that is undone as long as it can be',
      async test({ page, server, shoot }) {
        await enter({ page, server });
        await row(page, /A tree for the loop/).focus();
        await page.keyboard.press('#');
        await notice(page, 'Moved to Trash').waitFor();
        await page.goto(`${server.origin}/mail/trash`);
        await row(page, /A tree for the loop/).waitFor();
        await shoot(page, 'mailbox-trash');
        await page.getByRole('button', { name: 'Empty Trash' }).click();
        await page.getByText('No messages', { exact: true }).waitFor();
        await page.getByRole('status').getByRole('button', { name: 'Undo' }).click();
        await row(page, /A tree for the loop/).waitFor();
        await page.getByRole('button', { name: 'Empty Trash' }).click();
        await page.getByText('No messages', { exact: true }).waitFor();
        await page.getByRole('button', { name: 'Recently deleted' }).click();
        const dialog = page.getByRole('dialog', { name: 'Recently deleted' });
        await dialog.getByText('From Trash; goes on').waitFor();
        assert.deepEqual(await axe(page), []);
        await shoot(page, 'recently-deleted');
        await dialog.getByRole('button', { name: 'Restore A tree for the loop' }).click();
        await notice(page, 'Restored').waitFor();
        await page.keyboard.press('Escape');
        await row(page, /A tree for the loop/).waitFor();
      },
    },
  ],
};
