import assert from 'node:assert/strict';
import { axe, signIn } from '../support/browser.mjs';
import { inbox, message } from '../support/mails.mjs';
import { Server } from '../support/server.mjs';
import { deliver } from '../support/smtp.mjs';

const alice = `alice@${Server.domain}`;

const rows = (page) => page.getByRole('grid', { name: 'Messages' }).getByRole('row');
const row = (page, name) => page.getByRole('row', { name });
const article = (page) => page.getByRole('main', { name: 'Reading pane' }).getByRole('article', { name: 'Message' });
const actions = (page) => page.getByRole('toolbar', { name: 'Message actions' });
const selected = (page) => page.getByRole('toolbar', { name: 'Selection actions' });
const notice = (page, text) => page.getByRole('status').getByText(text);
const link = (page, name) => page.getByRole('navigation', { name: 'Mailboxes' }).getByRole('link', { name });
const check = (page, name) => row(page, name).getByRole('checkbox', { name: 'Select message' });

async function enter({ page, server }, first = /Lunch\?/) {
  await signIn(page, server.origin, alice, Server.password);
  await row(page, first).waitFor();
}

/** Some words of the row below that one. */
async function subjectBelow(page, name) {
  const at = Number(await row(page, name).getAttribute('aria-rowindex'));
  const text = await rows(page).and(page.locator(`[aria-rowindex="${at + 1}"]`)).locator('.subject').textContent();
  return new RegExp(text.replace(/[^\w ]/g, '.'));
}

async function undo(page) {
  await page.getByRole('status').getByRole('button', { name: 'Undo' }).last().click();
  await notice(page, 'Undone').waitFor();
}

/** Every case begins with the same mail, in whatever order: what the one before did is taken back through the API. */
async function allBack(page) {
  await page.evaluate(async () => {
    const { csrfToken } = await (await fetch('/api/v1/session')).json();
    const headers = { 'X-CSRF-Token': csrfToken, 'Content-Type': 'application/json' };
    for (const from of ['archive', 'junk', 'trash'])
      await fetch('/api/v1/messages/batch', { method: 'POST', headers, body: JSON.stringify({ in: from, action: 'move', mailbox: 'inbox' }) });
    await fetch('/api/v1/messages/batch', { method: 'POST', headers, body: JSON.stringify({ in: 'inbox', action: 'mark', seen: false, flagged: false }) });
  });
}

const test = (name, action, more = {}) => ({
  name,
  ...more,
  async test(given) {
    await enter(given);
    try {
      await action(given);
    } finally {
      await allBack(given.page);
    }
  },
});

export const doingCases = {
  name: 'doing',
  async prepare(server) {
    await deliver(server.smtpPort, inbox());
  },
  tests: [
    test('a message is deleted, and comes back with Undo', async ({ page, shoot }) => {
      const next = await subjectBelow(page, /The hut is ours/);
      await row(page, /The hut is ours/).click();
      await article(page).waitFor();
      await actions(page).getByRole('button', { name: 'Delete' }).click();
      await notice(page, 'Moved to Trash').waitFor();
      await row(page, /The hut is ours/).waitFor({ state: 'detached' });
      await page.getByText('Choose a message').waitFor();
      assert.match(await page.evaluate(() => document.activeElement?.textContent ?? ''), next, 'the next row has the keyboard');
      await shoot(page, 'doing-deleted');
      await undo(page);
      await row(page, /The hut is ours/).waitFor();
      assert.equal(await page.getByRole('grid', { name: 'Messages' }).getAttribute('aria-rowcount'), '12');
    }),
    test('keys archive, delete, mark as junk, and undo', async ({ page }) => {
      await row(page, /Lunch\?/).focus();
      await page.keyboard.press('Enter');
      await article(page).getByRole('heading', { name: 'Lunch?' }).waitFor();
      await page.keyboard.press('e');
      await notice(page, 'Moved to Archive').waitFor();
      await row(page, /Lunch\?/).waitFor({ state: 'detached' });
      await page.keyboard.press('z');
      await row(page, /Lunch\?/).waitFor();
      await page.getByRole('grid', { name: 'Messages' }).getByRole('row').first().focus();
      await page.keyboard.press('#');
      await notice(page, 'Moved to Trash').waitFor();
      await page.keyboard.press('!');
      await notice(page, 'Moved to Junk').waitFor();
      await page.locator('[aria-rowcount="10"]').waitFor();
      await link(page, /^Junk/).click();
      await page.getByRole('heading', { name: 'Junk', level: 1 }).waitFor();
      await page.locator('[aria-rowcount="1"]').waitFor(); // it, and no more what the Inbox had
      await rows(page).first().click();
      await article(page).waitFor();
      await page.keyboard.press('!');
      await notice(page, 'Moved to Inbox').waitFor();
      await page.getByText('No messages', { exact: true }).waitFor();
    }),
    test('several are selected: by boxes, by range, by keys', async ({ page, shoot }) => {
      const boxes = rows(page).getByRole('checkbox', { name: 'Select message' });
      await boxes.nth(0).click();
      await boxes.nth(5).click({ modifiers: ['Shift'] });
      await selected(page).getByText('6 selected').waitFor();
      assert.equal(await rows(page).nth(3).getAttribute('aria-selected'), 'true');
      await boxes.nth(3).click();
      assert.equal(await rows(page).nth(3).getAttribute('aria-selected'), 'false');
      await selected(page).getByText('5 selected').waitFor();
      await shoot(page, 'doing-selected');
      await selected(page).getByRole('button', { name: 'Archive' }).click();
      await notice(page, 'Moved to Archive: 5 messages').waitFor();
      assert.equal(await page.getByRole('grid', { name: 'Messages' }).getAttribute('aria-rowcount'), '7');
      await undo(page);
      await page.locator('[aria-rowcount="12"]').waitFor();

      await rows(page).nth(2).focus();
      await page.keyboard.press('x');
      await page.keyboard.press('Shift+J');
      await page.keyboard.press('Shift+J');
      await selected(page).getByText('3 selected').waitFor();
      await page.keyboard.press('Shift+I');
      await notice(page, 'Marked as read: 3 messages').waitFor();
      await link(page, 'Inbox, 9 unread').waitFor();
      await page.keyboard.press('z');
      await link(page, 'Inbox, 12 unread').waitFor();
      await page.keyboard.press('*');
      await page.keyboard.press('a');
      await selected(page).getByText('12 selected').waitFor();
      await page.keyboard.press('Escape');
      await selected(page).waitFor({ state: 'detached' });
    }),
    test('all of a search is moved, but what was taken out of it', async ({ page, server, shoot }) => {
      await page.waitForFunction(async () => (await (await fetch('/api/v1/messages?q=example&limit=1')).json()).behind === 0);
      await page.goto(`${server.origin}/search?q=from%3Aexample.org&in=inbox`);
      await page.getByText('12 results').waitFor();
      await page.getByRole('checkbox', { name: 'Select all' }).click();
      await check(page, /Lunch\?/).click();
      await selected(page).getByText('11 selected').waitFor();
      await shoot(page, 'doing-search');
      await selected(page).getByRole('button', { name: 'More for the selection' }).click();
      await page.getByRole('menuitem', { name: 'Move to…' }).click();
      const dialog = page.getByRole('dialog', { name: 'Move 11 conversations to' });
      await shoot(page, 'doing-move');
      await dialog.getByRole('textbox', { name: 'Find a mailbox' }).fill('arch');
      await dialog.getByRole('button', { name: 'Archive' }).click();
      await notice(page, 'Moved to Archive: 11 messages').waitFor();
      await link(page, 'Inbox, 1 unread').waitFor();
      await link(page, 'Archive, 11 unread').waitFor();
    }),
    test('in Trash, Delete is for good, and can still be undone', async ({ page, server }) => {
      await row(page, /Lunch\?/).focus();
      await page.keyboard.press('#');
      await notice(page, 'Moved to Trash').waitFor();
      await page.goto(`${server.origin}/mail/trash`);
      await row(page, /Lunch\?/).click();
      await actions(page).getByRole('button', { name: 'Delete' }).click();
      await page.getByText('No messages', { exact: true }).waitFor();
      await notice(page, 'Deleted').waitFor();
      await undo(page);
      await row(page, /Lunch\?/).waitFor();
    }),
    test('stars for several', async ({ page }) => {
      await check(page, /Lunch\?/).click();
      await check(page, /Power company/).click();
      await page.keyboard.press('s');
      await notice(page, 'Starred: 2 messages').waitFor();
      await row(page, /Power company/).getByRole('button', { name: 'Starred', pressed: true }).waitFor();
    }),
    test('what the server refuses is put back', async ({ page, context }) => {
      await context.route('**/api/v1/messages/batch', (route) =>
        route.fulfill({ status: 503, contentType: 'application/problem+json', body: JSON.stringify({ type: 'urn:pillarbox:problem:busy', detail: 'The mail store cannot answer just now.' }) }), { times: 1 });
      await row(page, /Lunch\?/).focus();
      await page.keyboard.press('e');
      await notice(page, 'Not changed. The mail store cannot answer just now.').waitFor();
      await row(page, /Lunch\?/).waitFor();
      assert.equal(await page.getByRole('grid', { name: 'Messages' }).getAttribute('aria-rowcount'), '12');
    }, { allowed: [/status of 503/] }),
    ...['light', 'dark', 'phone', 'small'].map((look) => test(`is accessible while selecting, ${look}`, async ({ page, shoot }) => {
      await check(page, /Power company/).click();
      await selected(page).waitFor();
      assert.deepEqual(await axe(page), []);
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing scrolls sideways');
      await shoot(page, `doing-selecting-${look}`);
      await selected(page).getByRole('button', { name: 'More for the selection' }).click();
      await page.getByRole('menuitem', { name: 'Move to…' }).click();
      await page.getByRole('dialog', { name: 'Move 1 conversation to' }).waitFor();
      assert.deepEqual(await axe(page), []);
      await shoot(page, `doing-moving-${look}`);
      await page.keyboard.press('Escape');
      await row(page, /The hut is ours/).click();
      await actions(page).waitFor();
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing scrolls sideways');
      await shoot(page, `doing-message-${look}`);
    }, { look })),
  ],
};

export const manyCases = {
  name: 'doing with many',
  async prepare(server) {
    const mails = [];
    for (let i = 0; i < 620; i++) mails.push(message({ name: 'Robot', from: 'robot@example.org', subject: `Report ${i}`, body: 'Nothing to report.\n' }));
    await deliver(server.smtpPort, mails);
  },
  tests: [
    {
      name: 'above 500 a job does it, and that is undone as well',
      async test({ page, server, shoot }) {
        await enter({ page, server }, /Report 619/);
        await page.getByRole('checkbox', { name: 'Select all' }).click();
        await selected(page).getByText('620 selected').waitFor();
        await selected(page).getByRole('button', { name: 'Archive' }).click();
        await notice(page, 'Moved to Archive').waitFor();
        await page.getByText('No messages', { exact: true }).waitFor();
        await link(page, 'Archive, 620 unread').waitFor();
        await shoot(page, 'doing-many');
        await undo(page);
        await link(page, 'Inbox, 620 unread').waitFor();
        await row(page, /Report 619/).waitFor();
      },
    },
  ],
};
