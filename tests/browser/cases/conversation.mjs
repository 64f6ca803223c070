import assert from 'node:assert/strict';
import { axe, signIn } from '../support/browser.mjs';
import { message } from '../support/mails.mjs';
import { Server } from '../support/server.mjs';
import { deliver } from '../support/smtp.mjs';

const alice = `alice@${Server.domain}`;

const letter = (number, name, rest, more = {}) =>
  message({ name, from: `${name.toLowerCase()}@example.org`, subject: number === 1 ? 'Budget draft' : 'Re: Budget draft', id: `${number}@example.org`, headers: rest, ...more });

const row = (page, name) => page.getByRole('row', { name });
const results = (page, words) => page.getByRole('status').getByText(words, { exact: true });
const part = (page, which) => page.getByRole('navigation', { name: `${which} in this conversation` });
const article = (page) => page.getByRole('article', { name: 'Message' });

/** Which messages belong together is known in moments. */
async function enter({ page, server }) {
  await signIn(page, server.origin, alice, Server.password);
  await row(page, /Third word/).waitFor();
  await page.waitForFunction(async () => {
    const response = await fetch('/api/v1/messages?q=word&limit=1');
    const found = await response.json();
    return response.ok && found.behind === 0;
  });
}

async function search(page, words, found) {
  const box = page.getByRole('search').getByRole('searchbox', { name: 'Search mail' });
  await box.fill(words);
  await box.press('Enter');
  await results(page, found).waitFor();
}

/** Takes back what was done last, so that the next step finds all as it was. */
async function undo(page) {
  await page.getByRole('button', { name: 'Undo' }).last().click();
  await page.getByText('Undone', { exact: true }).last().waitFor();
}

async function everyState(opened) {
  const { page, shoot, look } = opened;
  await enter(opened);
  await row(page, /Third word/).click();
  await part(page, 'Earlier').locator('details').evaluate((fold) => (fold.open = true));
  await part(page, 'Earlier').getByRole('link', { name: /Second word/ }).click();
  await part(page, 'Earlier').getByText('1 earlier message').waitFor();
  await part(page, 'Later').getByText('1 later message').click();
  await part(page, 'Later').getByRole('link').waitFor();
  assert.deepEqual(await axe(page), []);
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'scrolls sideways');
  await shoot(page, `conversation-${look}`);
}

export const conversationCases = {
  name: 'conversations',
  async prepare(server) {
    await deliver(server.smtpPort, [
      letter(1, 'Ada', '', { body: 'First word.\n', ago: 90 }),
      letter(2, 'Grace', 'In-Reply-To: <1@example.org>', { body: 'Second word.\n', ago: 60 }),
      letter(9, 'Edsger', '', { body: 'Another word, under the same subject.\n', ago: 50 }),
      letter(3, 'Ada', 'References: <1@example.org> <2@example.org>', { body: 'Third word.\n', ago: 30 }),
    ]);
  },
  tests: [
    {
      name: 'a message has with it what it answers, and what answers it',
      async test(opened) {
        const { page } = opened;
        await enter(opened);
        await row(page, /Third word/).click();
        await part(page, 'Earlier').getByText('2 earlier messages, 2 unread').waitFor(); // and so it is unfolded
        const lines = part(page, 'Earlier').getByRole('link');
        assert.deepEqual((await lines.allInnerTexts()).map((text) => text.replace(/\s+/g, ' ').replace(/ \S+$/, '')), ['Unread, Ada First word.', 'Unread, Grace Second word.']);
        assert.equal(await part(page, 'Later').count(), 0);

        await lines.filter({ hasText: 'Second word' }).click();
        await article(page).getByText('Second word.', { exact: true }).waitFor();
        await part(page, 'Earlier').getByText('1 earlier message, 1 unread').waitFor();
        await part(page, 'Later').getByText('1 later message', { exact: true }).waitFor();
        assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('aria-label')), 'Reading pane');
        await row(page, /Another word/).click();
        await article(page).getByText('Another word, under').waitFor();
        assert.equal(await part(page, 'Earlier').count(), 0, 'the subject alone makes no conversation');
      },
    },
    {
      name: 'n and p go through it, and stop at its ends',
      async test(opened) {
        const { page } = opened;
        await enter(opened);
        await row(page, /Third word/).click();
        await part(page, 'Earlier').waitFor();
        for (const [key, words] of [['p', 'Second word.'], ['p', 'First word.'], ['n', 'Second word.'], ['n', 'Third word.'], ['n', 'Third word.'], ['p', 'Second word.'], ['p', 'First word.'], ['p', 'First word.']]) {
          await page.keyboard.press(key);
          await article(page).locator('.message-body').getByText(words, { exact: true }).waitFor();
        }
        await page.goBack();
        await page.getByText('Choose a message to read it here.').waitFor();
      },
    },
    {
      name: 'what comes while it is read comes into it; what is in Trash does not show',
      async test(opened) {
        const { page, server } = opened;
        await enter(opened);
        await row(page, /Third word/).click();
        await part(page, 'Earlier').waitFor();
        await deliver(server.smtpPort, [letter(4, 'Barbara', 'References: <1@example.org> <3@example.org>', { body: 'Fourth word.\n' })]);
        await row(page, /Fourth word/).click();
        await part(page, 'Earlier').getByText('3 earlier messages').waitFor();
        await page.getByRole('button', { name: 'More actions' }).click();
        await page.getByRole('menuitem', { name: 'Move to…' }).click(); // of this one alone
        await page.getByRole('dialog', { name: 'Move 1 message to' }).getByRole('button', { name: 'Trash' }).click();
        await page.getByText('Moved to Trash').waitFor();
        await row(page, /Third word/).click();
        await part(page, 'Earlier').waitFor();
        assert.equal(await part(page, 'Later').count(), 0);
      },
    },
    {
      name: 'is one row of the list, and what is done to the row is done to all of it',
      async test(opened) {
        const { page } = opened;
        await enter(opened);
        const grid = page.getByRole('grid', { name: 'Messages' });
        assert.equal(await grid.getAttribute('aria-rowcount'), '2');
        await page.getByRole('status').getByText('2 conversations').waitFor();
        await row(page, /Ada\s*, 3 messages/).waitFor();
        await row(page, /Third word/).getByRole('button', { name: 'Starred' }).click();
        await page.getByText('Starred: 3 messages').waitFor();
        await row(page, /Third word/).click();
        await article(page).getByText('Third word.', { exact: true }).waitFor();
        await page.keyboard.press('p');
        await article(page).locator('.message-body').getByText('Second word.', { exact: true }).waitFor();
        assert.equal(await row(page, /Third word/).getAttribute('aria-current'), 'true', 'its row, whichever of it is open');
        await page.getByRole('toolbar', { name: 'Message actions' }).getByRole('button', { name: 'Archive' }).click();
        await page.getByText('Moved to Archive: 3 messages').waitFor();
        await row(page, /Third word/).waitFor({ state: 'detached' });
        await page.getByRole('button', { name: 'Undo' }).last().click();
        await row(page, /Third word/).waitFor();
        await row(page, /Another word/).getByRole('checkbox').click();
        await page.getByRole('checkbox', { name: 'Select all' }).click();
        await page.keyboard.press('e');
        await page.getByText('Moved to Archive: 4 messages').waitFor();
        await page.getByText('No messages', { exact: true }).waitFor();
        await page.getByRole('button', { name: 'Undo' }).last().click(); // the next cases read them
        await row(page, /Third word/).waitFor();
        await row(page, /Another word/).waitFor();
      },
    },
    {
      name: 'a setting shows single messages',
      async test(opened) {
        const { page } = opened;
        await enter(opened);
        await page.goto(new URL('/settings/appearance', page.url()).href);
        await page.getByRole('checkbox', { name: 'Gather messages into conversations' }).uncheck();
        await page.getByRole('link', { name: 'Mail', exact: true }).click();
        await row(page, /First word/).waitFor();
        assert.equal(await page.getByRole('grid', { name: 'Messages' }).getAttribute('aria-rowcount'), '4');
        await page.goto(new URL('/settings/appearance', page.url()).href);
        await page.getByRole('checkbox', { name: 'Gather messages into conversations' }).check();
        await page.waitForFunction(async () => (await (await fetch('/api/v1/settings')).json()).conversations);
      },
    },
    ...['light', 'dark', 'phone', 'small'].map((look) => ({ name: `in ${look}`, look, test: everyState })),
    // Behind the others: what was moved and moved back may stand in another order.
    {
      // Before any case that takes messages away and brings them back: of one second, those are newer that came last.
      name: 'is shown in a search by the next that was found when the last goes',
      async test(opened) {
        const { page } = opened;
        await enter(opened);
        await search(page, 'word', '3 results');
        await row(page, /Third word/).click();
        await article(page).getByText('Third word.', { exact: true }).waitFor();
        await page.getByRole('button', { name: 'More actions' }).click();
        await page.getByRole('menuitem', { name: 'Move to…' }).click();
        await page.getByRole('dialog', { name: 'Move 1 message to' }).getByRole('button', { name: 'Junk' }).click();
        await row(page, /Grace\s*, 2 messages.*Second word/s).waitFor();
        await row(page, /Third word.*Junk/s).waitFor();
        await undo(page);
        await row(page, /Ada\s*, 3 messages.*Third word/s).waitFor();
      },
    },
    {
      name: 'is one row of a search, and what is done to the row is done to what was found of it',
      async test(opened) {
        const { page, shoot } = opened;
        await enter(opened);
        await search(page, 'word', '3 results'); // what is in Trash is apart
        assert.equal(await page.getByRole('grid', { name: 'Messages' }).getAttribute('aria-rowcount'), '3');
        await row(page, /Ada\s*, 3 messages.*Third word/s).waitFor();
        await row(page, /Barbara.*Fourth word.*Trash/s).waitFor();
        await shoot(page, 'conversation-search');

        await search(page, 'word -second', '3 results');
        await row(page, /Ada\s*, 2 messages.*Third word/s).click();
        await article(page).getByText('Third word.', { exact: true }).waitFor();
        await part(page, 'Earlier').getByText('2 earlier messages').waitFor(); // all of it, as from a mailbox
        await page.getByRole('toolbar', { name: 'Message actions' }).getByRole('button', { name: 'Archive' }).click();
        await page.getByText('Moved to Archive: 2 messages').waitFor();
        await row(page, /Third word.*Archive/s).waitFor();
        await page.getByRole('navigation', { name: 'Mailboxes' }).getByRole('link', { name: /^Inbox/ }).click();
        await row(page, /Second word/).waitFor(); // was not found, and stays
        await undo(page);
        await row(page, /Ada\s*, 3 messages.*Third word/s).waitFor();
      },
    },
    {
      name: 'is chosen as a whole in a search, or left out as a whole',
      async test(opened) {
        const { page } = opened;
        await enter(opened);
        await search(page, 'word', '3 results');
        await page.getByRole('combobox', { name: 'Search in' }).selectOption('Inbox');
        await results(page, '2 results').waitFor();
        await page.getByRole('checkbox', { name: 'Select all' }).click();
        await row(page, /Third word/).getByRole('checkbox').click();
        await results(page, '1 selected').waitFor();
        await page.keyboard.press('e');
        await page.getByText('Moved to Archive', { exact: true }).waitFor();
        await row(page, /Another word/).waitFor({ state: 'detached' });
        await row(page, /Ada\s*, 3 messages/).waitFor();
        await undo(page);
        await row(page, /Another word/).waitFor();

        await row(page, /Third word/).getByRole('checkbox').click();
        await page.keyboard.press('e');
        await page.getByText('Moved to Archive: 3 messages').waitFor();
        await row(page, /Third word/).waitFor({ state: 'detached' });
        await undo(page);
        await row(page, /Ada\s*, 3 messages/).waitFor();
      },
    },
  ],
};
