import assert from 'node:assert/strict';
import { axe, looks, signIn } from '../support/browser.mjs';
import { inbox, message } from '../support/mails.mjs';
import { Server } from '../support/server.mjs';
import { deliver } from '../support/smtp.mjs';

const alice = `alice@${Server.domain}`;
const many = 130; // more than two pages

async function enter({ page, server }) {
  await signIn(page, server.origin, alice, Server.password);
  await row(page, /Lunch\?/).waitFor();
}

const row = (page, name) => page.getByRole('row', { name });
const box = (page) => page.getByRole('search').getByRole('searchbox', { name: 'Search mail' });
const results = (page, words) => page.getByRole('status').getByText(words, { exact: true });

async function search(page, words) {
  await box(page).fill(words);
  await box(page).press('Enter');
}

/** Words are known in moments: what came last is found. */
async function indexed(page, server) {
  await page.waitForFunction(async () => {
    const response = await fetch('/api/v1/messages?q=lunch&limit=1');
    const found = await response.json();
    return response.ok && found.behind === 0;
  });
}

async function everyState({ page, server, shoot, look }) {
  await enter({ page, server });
  await indexed(page);
  const clean = async (what) => {
    assert.deepEqual(await axe(page), [], what);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${what} scrolls sideways`);
    await shoot(page, `search-${look}-${what.replace(/\W+/g, '-')}`);
  };
  await page.goto(`${server.origin}/search?q=hut`);
  await row(page, /The hut is ours/).waitFor();
  await clean('results');
  await page.goto(`${server.origin}/search?q=`);
  await page.getByRole('heading', { name: 'Search', level: 1 }).waitFor();
  await clean('help');
  await page.goto(`${server.origin}/search?q=hut+from%3Agrace+is%3Astarred&in=archive`);
  await page.getByText('No results').waitFor();
  await page.getByText('Try fewer words').waitFor();
  await clean('no results');
  await page.goto(`${server.origin}/search?q=hut+is%3Astrange`);
  await page.getByRole('alert').waitFor();
  await clean('mistake');
}

export const searchCases = {
  name: 'search',
  async prepare(server) {
    await deliver(server.smtpPort, Array.from({ length: many }, (_, i) => message({ name: 'Counter', from: 'counter@example.org', subject: `Tick ${i + 1}`, body: 'tock\n' })));
    await deliver(server.smtpPort, inbox());
  },
  tests: [
    {
      name: 'finds by words and operators, and keeps the search in the address',
      async test({ page, server, shoot }) {
        await enter({ page, server });
        await indexed(page);
        await page.keyboard.press('/');
        assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('aria-label')), 'Search mail');
        await page.keyboard.type('hut from:ada');
        await page.keyboard.press('Enter');
        await results(page, '1 result').waitFor();
        assert.match(page.url(), /\/search\?q=hut\+from%3Aada$/);
        assert.match(await row(page, /The hut is ours/).innerText(), /Inbox/);
        assert.equal(await page.title(), 'hut from:ada · Search · Pillarbox');
        await row(page, /The hut is ours/).click();
        await page.getByRole('article', { name: 'Message' }).getByRole('heading', { name: 'The hut is ours' }).waitFor();
        assert.match(page.url(), /\/search\/\d+\?q=hut\+from%3Aada$/);
        await shoot(page, 'search-message');
        await page.reload();
        await page.getByRole('article', { name: 'Message' }).getByRole('heading', { name: 'The hut is ours' }).waitFor();
        await row(page, /The hut is ours/).waitFor();
        assert.equal(await box(page).inputValue(), 'hut from:ada');
        await page.keyboard.press('u');
        await page.getByText('Choose a message').waitFor();
        assert.match(page.url(), /\/search\?q=/);
      },
    },
    {
      name: 'Esc leaves the box for the list, with the words that were searched',
      async test({ page, server }) {
        await enter({ page, server });
        await indexed(page);
        await search(page, 'lunch');
        await results(page, '1 result').waitFor();
        await box(page).fill('something else');
        await page.keyboard.press('Escape');
        await page.waitForFunction(() => document.activeElement?.getAttribute('role') === 'row');
        assert.equal(await box(page).inputValue(), 'lunch');
        await page.goBack();
        await page.getByRole('heading', { name: 'Inbox', level: 1 }).waitFor();
        assert.equal(await box(page).inputValue(), '');
      },
    },
    {
      name: 'goes on to the last of many results',
      async test({ page, server }) {
        await enter({ page, server });
        await indexed(page);
        await search(page, 'tock');
        await results(page, `${many} results`).waitFor();
        assert.equal(await page.getByRole('grid', { name: 'Messages' }).getAttribute('aria-rowcount'), String(many));
        await row(page, /Tick 130\b/).click();
        await page.keyboard.press('u');
        await page.keyboard.press('End');
        await row(page, /Tick 1\b/).waitFor();
        await page.waitForFunction((last) => document.activeElement?.getAttribute('aria-rowindex') === String(last), many);
        await results(page, `${many} results`).waitFor();
      },
    },
    {
      name: 'what is found can begin with the oldest, and its address says so',
      async test({ page, server, shoot }) {
        await enter({ page, server });
        await indexed(page);
        await search(page, 'tock');
        await row(page, /Tick 130\b/).waitFor();
        await page.getByRole('button', { name: 'Sort', exact: true }).click();
        await shoot(page, 'search-sort');
        await page.getByRole('menuitemradio', { name: 'Oldest first' }).click();
        await page.waitForURL('**/search?q=tock&sort=received');
        const first = page.locator('[role=row][aria-rowindex="1"]');
        await first.getByText('Tick 1', { exact: true }).click();
        await page.waitForURL('**/search/*?q=tock&sort=received');
        await page.reload();
        await first.getByText('Tick 1', { exact: true }).waitFor();
        await page.getByRole('combobox', { name: 'Search in' }).selectOption('Inbox');
        await page.waitForURL('**/search?q=tock&in=inbox&sort=received');
        await first.getByText('Tick 1', { exact: true }).waitFor();
        await page.keyboard.press('/');
        await search(page, 'lunch');
        await page.waitForURL('**/search?q=lunch&in=inbox'); // other words begin as usual
      },
    },
    {
      name: 'says which condition hides what there is',
      async test({ page, server, shoot }) {
        await enter({ page, server });
        await indexed(page);
        await search(page, 'hut from:grace is:starred');
        await page.getByText('No results').waitFor();
        await page.getByText('Try fewer words').waitFor();
        await search(page, 'lunch from:ada');
        await page.getByRole('link', { name: 'Drop from:ada' }).waitFor();
        await shoot(page, 'search-drop');
        await page.getByRole('link', { name: 'Drop from:ada' }).click();
        await row(page, /Lunch\?/).waitFor();
        assert.equal(await box(page).inputValue(), 'lunch');
      },
    },
    {
      name: 'looks in one mailbox or in all',
      async test({ page, server }) {
        await enter({ page, server });
        await indexed(page);
        await search(page, 'lunch');
        await row(page, /Lunch\?/).waitFor();
        await page.getByRole('combobox', { name: 'Search in' }).selectOption('Archive');
        await page.getByText('No results').waitFor();
        assert.match(page.url(), /in=archive/);
        await page.getByRole('link', { name: 'Search all mail' }).click();
        await row(page, /Lunch\?/).waitFor();
        assert.doesNotMatch(page.url(), /in=/);
      },
    },
    {
      name: 'points at a mistake',
      async test({ page, server, shoot }) {
        await enter({ page, server });
        await search(page, 'Grüße is:strange lunch');
        await page.getByRole('alert').getByText('is:strange').waitFor();
        await shoot(page, 'search-mistake');
        assert.equal(await box(page).getAttribute('aria-invalid'), 'true');
        const selected = await box(page).evaluate((input) => input.value.slice(input.selectionStart, input.selectionEnd));
        assert.equal(selected, 'strange');
        await page.keyboard.type('unread');
        await page.keyboard.press('Enter');
        await page.getByText('No results').waitFor();
        assert.equal(await box(page).getAttribute('aria-invalid'), 'false');
      },
    },
    ...Object.keys(looks).map((look) => ({ name: `axe finds nothing, ${look}`, look, test: everyState })),
  ],
};
