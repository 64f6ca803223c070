import assert from 'node:assert/strict';
import { axe, looks, signIn } from '../support/browser.mjs';
import { inbox } from '../support/mails.mjs';
import { Server } from '../support/server.mjs';
import { deliver } from '../support/smtp.mjs';

const alice = `alice@${Server.domain}`;
const bob = `bob@${Server.domain}`;

async function enter({ page, server }, who = alice) {
  await signIn(page, server.origin, who, Server.password);
  await page.getByRole('heading', { name: 'Inbox', level: 1 }).waitFor();
}

const row = (page, name) => page.getByRole('row', { name });
const dialog = (page) => page.getByRole('dialog', { name: 'Compose message' });
const field = (page, name) => dialog(page).getByRole('combobox', { name, exact: true });
const subject = (page) => dialog(page).getByRole('textbox', { name: 'Subject' });
const text = (page) => dialog(page).getByRole('textbox', { name: 'Message body' });
const saved = (page) => dialog(page).getByRole('status').getByText('Draft saved').waitFor();
const notice = (page, words) => page.getByRole('status').getByText(words);
const chip = (page, name) => dialog(page).getByRole('button', { name: `Remove ${name}` });

async function begin(page) {
  await page.getByRole('button', { name: 'Compose', exact: true }).click();
  await dialog(page).waitFor();
}

async function write(page, { to = bob, about, words }) {
  await begin(page);
  await page.keyboard.type(to);
  await page.keyboard.press('Enter');
  await subject(page).fill(about);
  await text(page).fill(words);
}

/** Goes to a mailbox and waits for a row of it. */
async function find(page, server, mailbox, name) {
  await page.goto(`${server.origin}/mail/${mailbox}`);
  await row(page, name).first().waitFor();
}

const file = (name, words) => ({ name, mimeType: 'text/plain', buffer: Buffer.from(words) });

async function choose(page, ...files) {
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), dialog(page).getByRole('button', { name: 'Attach files' }).click()]);
  await chooser.setFiles(files);
}

async function everyState({ page, server, shoot, look }) {
  await enter({ page, server });
  const clean = async (what) => {
    assert.deepEqual(await axe(page), [], what);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${what} scrolls sideways`);
    await shoot(page, `compose-${look}-${what.replace(/\W+/g, '-')}`);
  };
  await row(page, /Stove, pot/).click();
  await page.getByRole('article', { name: 'Message' }).waitFor();
  await page.getByRole('toolbar', { name: 'Message actions' }).getByRole('button', { name: 'Reply all' }).click();
  await dialog(page).waitFor();
  await clean('reply');
  await dialog(page).getByRole('button', { name: 'Add Bcc' }).click();
  await field(page, 'Bcc').fill('nobody');
  await choose(page, file('a-list-of-what-we-still-need-for-the-hut.txt', 'pot\n'));
  await dialog(page).getByRole('button', { name: /^Remove a-list/ }).waitFor();
  await dialog(page).getByRole('button', { name: 'Send' }).click();
  await dialog(page).getByRole('alert').waitFor();
  await clean('faults and files');
  await chip(page, 'nobody').click();
  await saved(page);
  await dialog(page).getByRole('button', { name: 'Discard draft' }).click();
  await notice(page, 'Draft discarded').waitFor();
  await clean('discarded');
}

export const composeCases = {
  name: 'compose',
  async prepare(server) {
    await deliver(server.smtpPort, inbox());
  },
  tests: [
    {
      name: 'a message goes from one to the other, and into Sent',
      async test({ page, server, shoot, browser }) {
        await enter({ page, server });
        await write(page, { about: 'Wood for the stove', words: 'Two baskets are by the door.\n\nAlice' });
        await chip(page, bob).waitFor();
        await saved(page);
        await shoot(page, 'compose');
        await dialog(page).getByRole('button', { name: 'Send' }).click();
        await notice(page, 'Message sent').waitFor();
        await dialog(page).waitFor({ state: 'detached' });
        await page.getByRole('button', { name: 'Undo send' }).waitFor();
        await shoot(page, 'compose-sent');
        await page.getByRole('button', { name: 'Undo send' }).waitFor({ state: 'detached' });

        const other = await browser.newContext({ locale: 'en-GB' });
        const bobs = await other.newPage();
        await enter({ page: bobs, server }, bob);
        await row(bobs, /Wood for the stove/).waitFor({ timeout: 30_000 });
        await row(bobs, /Wood for the stove/).click();
        await bobs.getByRole('article', { name: 'Message' }).getByText('Two baskets are by the door.').waitFor();
        await other.close();
        await find(page, server, 'sent', /Wood for the stove/);
      },
    },
    {
      name: 'undo brings the draft back, to go on with',
      async test({ page, server }) {
        await enter({ page, server });
        await write(page, { about: 'Too early', words: 'I meant to say more.' });
        await page.keyboard.press('Control+Enter');
        await page.getByRole('button', { name: 'Undo send' }).click();
        await notice(page, 'Sending undone, draft kept').waitFor();
        await dialog(page).waitFor();
        assert.equal(await text(page).inputValue(), 'I meant to say more.');
        await text(page).fill('I meant to say more. Here it is.');
        await page.keyboard.press('Control+s');
        await saved(page);
        await dialog(page).getByRole('button', { name: 'Close' }).click();
        await dialog(page).waitFor({ state: 'detached' });
        await find(page, server, 'drafts', /Too early/);
        await row(page, /Too early/).click();
        await dialog(page).waitFor();
        assert.equal(await text(page).inputValue(), 'I meant to say more. Here it is.');
        assert.equal(await subject(page).inputValue(), 'Too early');
        await chip(page, bob).waitFor();
      },
    },
    {
      name: 'replies quote, name whom they go to, and leave nothing when nothing was written',
      async test({ page, server, shoot }) {
        await enter({ page, server });
        await row(page, /Stove, pot/).click();
        await page.getByRole('article', { name: 'Message' }).waitFor();
        await page.keyboard.press('r');
        await dialog(page).waitFor();
        assert.equal(await subject(page).inputValue(), 'Re: Stove, pot, and one nanosecond of wire');
        await chip(page, 'Grace Hopper').waitFor();
        assert.match(await text(page).inputValue(), /^> I have the stove/m);
        assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('aria-label')), 'Message body');
        assert.equal(await text(page).evaluate((area) => area.selectionStart), 0);
        await shoot(page, 'compose-reply');
        const removed = page.waitForResponse((response) => response.request().method() === 'DELETE');
        await page.keyboard.press('Escape');
        assert.equal((await removed).status(), 204);
        await dialog(page).waitFor({ state: 'detached' });

        await page.getByRole('toolbar', { name: 'Message actions' }).getByRole('button', { name: 'Reply all' }).click();
        await chip(page, 'Ada Lovelace').waitFor();
        await page.keyboard.type('The pot is packed.\n');
        await saved(page);
        await dialog(page).getByRole('button', { name: 'Close' }).click();
        await dialog(page).waitFor({ state: 'detached' });
        await find(page, server, 'drafts', /Re: Stove, pot/);
        assert.equal(await row(page, /Re: Stove, pot/).count(), 1);
      },
    },
    {
      name: 'forwarding takes the files along',
      async test({ page, server }) {
        await enter({ page, server });
        await row(page, /Numbers for the board/).click();
        await page.getByRole('article', { name: 'Message' }).waitFor();
        await page.keyboard.press('f');
        await dialog(page).waitFor();
        assert.match(await subject(page).inputValue(), /^Fwd: Numbers for the board$/);
        const files = dialog(page).getByRole('list', { name: 'Attached files' });
        await files.getByText('quarter-3.ods').waitFor();
        await files.getByText('chart.png').waitFor();
        await files.getByRole('button', { name: 'Remove chart.png' }).click();
        await files.getByText('chart.png').waitFor({ state: 'detached' });
        await dialog(page).getByRole('button', { name: 'Discard draft' }).click();
      },
    },
    {
      name: 'addresses become chips: typed, pasted, mended, removed',
      async test({ page, server, shoot }) {
        await enter({ page, server });
        await page.keyboard.press('c');
        await dialog(page).waitFor();
        const to = field(page, 'To');
        await to.evaluate((input) => {
          const clipboardData = new DataTransfer();
          clipboardData.setData('text', 'Ada Lovelace <ada@example.org>; "Hopper, Grace" <grace@navy.example.org>\newd@example.org, not an address');
          input.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
        });
        for (const name of ['Ada Lovelace', 'Hopper, Grace', 'ewd@example.org', 'not an address']) await chip(page, name).waitFor();
        await dialog(page).getByRole('button', { name: 'Send' }).click();
        await dialog(page).getByRole('alert').getByText('“not an address” is not an address.').waitFor();
        assert.equal(await to.evaluate((input) => input === document.activeElement), true);
        await shoot(page, 'compose-chips');
        await page.keyboard.press('Backspace'); // what was wrong is text again
        assert.equal(await to.inputValue(), 'not an address');
        await to.fill('alan@example.org');
        await page.keyboard.press('Tab');
        await chip(page, 'alan@example.org').waitFor();
        assert.equal(await dialog(page).getByRole('alert').count(), 0);
        await to.focus();
        await page.keyboard.press('ArrowLeft');
        await page.keyboard.press('ArrowLeft');
        await page.keyboard.press('Delete');
        await chip(page, 'ewd@example.org').waitFor({ state: 'detached' });
        await dialog(page).getByRole('button', { name: 'Discard draft' }).click();
        await dialog(page).waitFor({ state: 'detached' });
      },
    },
    {
      name: 'people that were written to are suggested',
      async test({ page, server }) {
        await enter({ page, server });
        await write(page, { to: `Bob the Builder <${bob}>`, about: 'For the address book', words: 'Hello.' });
        await page.keyboard.press('Control+Enter');
        await notice(page, 'Message sent').waitFor();
        await page.getByRole('button', { name: 'Undo send' }).waitFor({ state: 'detached' });
        await begin(page);
        const to = field(page, 'To');
        await page.waitForFunction(async () => (await (await fetch('/api/v1/contacts?prefix=buil')).json()).items.length > 0);
        await to.fill('buil');
        const options = dialog(page).getByRole('listbox').getByRole('option');
        await options.first().waitFor();
        assert.equal(await to.getAttribute('aria-expanded'), 'true');
        await page.keyboard.press('ArrowDown');
        assert.equal(await options.first().getAttribute('aria-selected'), 'true');
        await page.keyboard.press('Enter');
        await chip(page, 'Bob the Builder').waitFor();
        assert.equal(await options.count(), 0);
        await dialog(page).getByRole('button', { name: 'Discard draft' }).click();
      },
    },
    {
      name: 'files come along, and a promised one is missed once',
      async test({ page, server, shoot }) {
        await enter({ page, server });
        await write(page, { about: 'The map', words: 'The map is attached.' });
        await dialog(page).getByRole('button', { name: 'Send' }).click();
        await dialog(page).getByRole('alert').getByText('there is no file').waitFor();
        await shoot(page, 'compose-no-file');
        await choose(page, file('map.txt', 'here be dragons\n'));
        const files = dialog(page).getByRole('list', { name: 'Attached files' });
        await files.getByRole('button', { name: 'Remove map.txt' }).waitFor();
        assert.equal(await dialog(page).getByRole('alert').count(), 0);
        // Dropped anywhere on the dialog.
        await dialog(page).evaluate((element) => {
          const dataTransfer = new DataTransfer();
          dataTransfer.items.add(new File(['x'.repeat(2000)], 'dropped.txt', { type: 'text/plain' }));
          for (const type of ['dragenter', 'dragover', 'drop']) element.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
        });
        await files.getByRole('button', { name: 'Remove dropped.txt' }).click();
        await files.getByText('dropped.txt').waitFor({ state: 'detached' });
        await dialog(page).getByRole('button', { name: 'Send' }).click();
        await notice(page, 'Message sent').waitFor();
        await page.getByRole('button', { name: 'Undo send' }).waitFor({ state: 'detached' });
        await find(page, server, 'sent', /The map/);
        await row(page, /The map/).click();
        await page.getByRole('region', { name: 'Attachments' }).getByText('map.txt').waitFor();
      },
    },
    {
      name: 'what the server does not have yet outlives a reload',
      async test({ page, server, context }) {
        await enter({ page, server });
        await context.route('**/api/v1/drafts*', (route) => route.fulfill({ status: 503, contentType: 'application/problem+json', body: JSON.stringify({ type: 'urn:pillarbox:problem:busy', detail: 'Busy.' }) }));
        await write(page, { about: 'Fragile', words: 'Every word of it.' });
        await page.keyboard.press('Control+s');
        await dialog(page).getByRole('alert').getByText('Busy.').waitFor();
        await page.reload();
        await dialog(page).waitFor();
        assert.equal(await text(page).inputValue(), 'Every word of it.');
        await context.unroute('**/api/v1/drafts*');
        await text(page).fill('Every word of it, and more.');
        await saved(page);
        await page.reload();
        await dialog(page).waitFor();
        assert.equal(await text(page).inputValue(), 'Every word of it, and more.');
        await dialog(page).getByRole('button', { name: 'Close' }).click();
        await dialog(page).waitFor({ state: 'detached' });
        await find(page, server, 'drafts', /Fragile/);
        assert.equal(await row(page, /Fragile/).count(), 1);
      },
      allowed: [/status of 503/],
    },
    {
      name: 'what a page that has gone saved late makes no second draft',
      async test({ page, server, context }) {
        await enter({ page, server });
        let late;
        await context.route('**/api/v1/drafts', async (route) => {
          late ??= route.request();
          await route.abort();
        });
        await write(page, { about: 'Late', words: 'Every word of it.' });
        await page.keyboard.press('Control+s');
        await dialog(page).getByRole('alert').waitFor();
        await context.unroute('**/api/v1/drafts');
        await page.reload();
        await dialog(page).waitFor();
        await saved(page);
        // What the page asked for before it went comes in only now.
        const headers = Object.fromEntries(Object.entries(await late.allHeaders()).filter(([name]) => !name.startsWith(':')));
        const answer = await context.request.post(late.url(), { headers, data: late.postDataBuffer() });
        assert.equal(answer.status(), 200);
        await dialog(page).getByRole('button', { name: 'Close' }).click();
        await dialog(page).waitFor({ state: 'detached' });
        await find(page, server, 'drafts', /Late/);
        assert.equal(await row(page, /Late/).count(), 1);
      },
      allowed: [/ERR_FAILED/],
    },
    {
      name: 'a session that ends costs no word: signing in goes on where it was',
      async test({ page, server, context, shoot }) {
        await enter({ page, server });
        await write(page, { about: 'Interrupted', words: 'Before' });
        await saved(page);
        await context.clearCookies();
        await text(page).fill('Before and after');
        const again = page.getByRole('dialog', { name: 'Sign in again' });
        await again.waitFor();
        await shoot(page, 'compose-sign-in');
        assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('name')), 'password');
        await page.keyboard.type(Server.password);
        await page.keyboard.press('Enter');
        await again.waitFor({ state: 'detached' });
        await saved(page);
        assert.equal(await text(page).inputValue(), 'Before and after');
        assert.match(page.url(), /\/mail\/inbox$/);
        await dialog(page).getByRole('button', { name: 'Discard draft' }).click();
      },
    },
    {
      name: 'two tabs on one draft: both versions are shown',
      async test({ page, server, context, shoot }) {
        await enter({ page, server });
        await write(page, { about: 'Twice', words: 'From the first tab' });
        await saved(page);
        const second = await context.newPage();
        await find(second, server, 'drafts', /Twice/);
        await row(second, /Twice/).click();
        await dialog(second).waitFor();
        await text(second).fill('From the second tab');
        await saved(second);
        await text(page).fill('From the first tab, later');
        await dialog(page).getByRole('alert').getByText('changed elsewhere').waitFor();
        await dialog(page).getByRole('region', { name: 'The other version' }).getByText('From the second tab').waitFor();
        await dialog(page).getByRole('region', { name: 'Your version' }).getByText('From the first tab, later').waitFor();
        assert.deepEqual(await axe(page), [], 'conflict');
        await shoot(page, 'compose-conflict');
        await dialog(page).getByRole('button', { name: 'Take the other version' }).click();
        await saved(page);
        assert.equal(await text(page).inputValue(), 'From the second tab');
        await text(second).fill('From the second tab, again');
        await saved(second);
        await text(page).fill('From the first tab, at last');
        await dialog(page).getByRole('button', { name: 'Keep your version' }).click();
        await saved(page);
        await page.goto(`${server.origin}/mail/drafts`);
        await dialog(page).waitFor();
        assert.equal(await text(page).inputValue(), 'From the first tab, at last');
      },
    },
    {
      name: 'discarding can be undone',
      async test({ page, server }) {
        await enter({ page, server });
        await write(page, { about: 'Almost gone', words: 'Still here' });
        await saved(page);
        await dialog(page).getByRole('button', { name: 'Discard draft' }).click();
        await notice(page, 'Draft discarded').waitFor();
        await dialog(page).waitFor({ state: 'detached' });
        await page.keyboard.press('z');
        await dialog(page).waitFor();
        assert.equal(await text(page).inputValue(), 'Still here');
        await dialog(page).getByRole('button', { name: 'Discard draft' }).click();
        const removed = page.waitForResponse((response) => response.request().method() === 'DELETE');
        await page.getByRole('button', { name: 'Dismiss' }).click();
        assert.equal((await removed).status(), 204);
      },
    },
    {
      name: 'a second Compose brings the first back; leaving the dialog keeps the keys of the page',
      async test({ page, server }) {
        await enter({ page, server });
        await begin(page);
        await subject(page).fill('One at a time');
        await row(page, /Lunch\?/).click();
        await page.getByRole('article', { name: 'Message' }).getByRole('heading', { name: 'Lunch?' }).waitFor();
        await page.keyboard.press('j');
        await page.getByRole('article', { name: 'Message' }).getByRole('heading', { name: 'The hut is ours' }).waitFor();
        await page.keyboard.press('c');
        await page.waitForFunction(() => document.activeElement?.getAttribute('role') === 'combobox');
        assert.equal(await dialog(page).count(), 1);
        assert.equal(await subject(page).inputValue(), 'One at a time');
        await dialog(page).getByRole('button', { name: 'Discard draft' }).focus();
        await page.keyboard.press('j'); // no key of the list fires inside
        await page.keyboard.press('Enter');
        await dialog(page).waitFor({ state: 'detached' });
        await page.getByRole('article', { name: 'Message' }).getByRole('heading', { name: 'The hut is ours' }).waitFor();
      },
    },
    {
      name: 'an empty Inbox sends itself a test message',
      async test({ page, server, browser }) {
        const other = await browser.newContext({ locale: 'en-GB' });
        server.run(['account', 'add', `carol@${Server.domain}`, '--password-stdin'], `${Server.password}\n`);
        const carols = await other.newPage();
        await enter({ page: carols, server }, `carol@${Server.domain}`);
        await carols.getByRole('button', { name: 'Copy address' }).waitFor();
        await carols.getByRole('button', { name: 'Send a test message' }).click();
        await notice(carols, 'Message sent').waitFor();
        await row(carols, /Test message/).waitFor({ timeout: 40_000 });
        await other.close();
        await page.goto(server.origin);
      },
    },
    ...Object.keys(looks).map((look) => ({ name: `axe finds nothing, ${look}`, look, test: everyState })),
  ],
};

/** The server goes away and comes back: a group of its own. */
export const composeAwayCases = {
  name: 'compose with the server away',
  async prepare(server) {
    await deliver(server.smtpPort, inbox());
  },
  tests: [
    {
      name: 'sending waits, and goes on by itself',
      allowed: [/ERR_CONNECTION_REFUSED|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET|503 .*events/], // as it leaves, and once it has
      async test({ page, server, shoot }) {
        await enter({ page, server });
        await write(page, { about: 'From the train', words: 'No network in the tunnel.' });
        await saved(page);
        await server.stop();
        await dialog(page).getByRole('button', { name: 'Send' }).click();
        await dialog(page).getByRole('status').getByText('Will be sent as soon as').waitFor();
        await shoot(page, 'compose-waits');
        await server.serve();
        await notice(page, 'Message sent').waitFor({ timeout: 30_000 }); // the page asks every 15 s
        await dialog(page).waitFor({ state: 'detached' });
      },
    },
  ],
};
