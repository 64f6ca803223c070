import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { axe, signIn } from '../support/browser.mjs';
import { inbox, message } from '../support/mails.mjs';
import { Server } from '../support/server.mjs';
import { deliver } from '../support/smtp.mjs';

const alice = `alice@${Server.domain}`;

async function enter({ page, server }) {
  await signIn(page, server.origin, alice, Server.password);
  await page.getByRole('row', { name: /Two books are waiting/ }).waitFor();
}

const rows = (page) => page.getByRole('grid', { name: 'Messages' }).getByRole('row');
const row = (page, name) => page.getByRole('row', { name });
const article = (page) => page.getByRole('main', { name: 'Reading pane' }).getByRole('article', { name: 'Message' });
const body = (page) => page.frameLocator('iframe[title="Message body"]');

export const mailCases = {
  name: 'mail',
  async prepare(server) {
    await deliver(server.smtpPort, inbox());
  },
  tests: [
    {
      name: 'the list shows what came, newest first',
      async test({ page, server, shoot }) {
        await enter({ page, server });
        const grid = page.getByRole('grid', { name: 'Messages' });
        assert.equal(await grid.getAttribute('aria-rowcount'), '12');
        assert.equal(await rows(page).count(), 12);
        const first = rows(page).first();
        assert.match((await first.innerText()).replace(/\s+/g, ' '), /^Unread, Alan Kay Lunch\? .*The best way to predict lunch/);
        assert.equal(await first.getAttribute('aria-rowindex'), '1');
        assert.match((await row(page, /Numbers for the board/).innerText()).replace(/\s+/g, ' '), /Has attachments/);
        await row(page, /Grüße aus Köln – und ein Rezept/).waitFor();
        await page.getByRole('navigation', { name: 'Mailboxes' }).getByRole('link', { name: 'Inbox, 12 unread' }).waitFor();
        assert.equal(await page.title(), '(12) Inbox · Pillarbox');
        await page.getByRole('status').getByText('Live').waitFor();
        await page.getByRole('status').getByText('12 conversations').waitFor();
        await shoot(page, 'inbox');
      },
    },
    {
      name: 'a message opens beside the list and is read from then on',
      async test({ page, server, shoot }) {
        await enter({ page, server });
        await row(page, /The hut is ours/).click();
        await article(page).getByRole('heading', { name: 'The hut is ours from Friday' }).waitFor();
        await body(page).getByText('two clear days').waitFor();
        const picture = body(page).getByRole('img', { name: 'Hills at dusk' });
        await picture.waitFor();
        assert.match(await picture.getAttribute('src'), /^blob:/);
        assert.ok(await picture.evaluate((image) => image.decode().then(() => image.naturalWidth === 640)));
        await page.getByRole('link', { name: 'Inbox, 11 unread' }).waitFor();
        assert.doesNotMatch(await row(page, /The hut is ours/).innerText(), /Unread/);
        assert.equal(await row(page, /The hut is ours/).getAttribute('aria-selected'), 'true');
        assert.equal(await page.title(), 'The hut is ours from Friday · Pillarbox');
        assert.equal(await article(page).getByRole('button', { name: 'Load remote images' }).count(), 0);
        await shoot(page, 'message');
        await page.reload();
        await body(page).getByText('two clear days').waitFor();
        await page.goBack();
        await page.getByText('Choose a message to read it here.').waitFor();
      },
    },
    {
      name: 'attachments come down as they went up',
      async test({ page, server }) {
        await enter({ page, server });
        await row(page, /Numbers for the board/).click();
        const files = article(page).getByRole('region', { name: 'Attachments' });
        await files.getByText('quarter-3.ods').waitFor();
        await files.getByText('48 kB').waitFor();
        const [download] = await Promise.all([page.waitForEvent('download'), files.getByRole('link', { name: 'Download quarter-3.ods' }).click()]);
        assert.equal(download.suggestedFilename(), 'quarter-3.ods');
        const octets = readFileSync(await download.path());
        assert.equal(octets.length, 48_213);
        assert.ok(octets.every((octet) => octet === 7));
      },
    },
    {
      name: 'plain text keeps its words, links and quotes',
      async test({ page, server, shoot }) {
        await enter({ page, server });
        await row(page, /Checklist for the release/).click();
        const link = article(page).getByRole('link', { name: 'https://notes.example.org/release' });
        await link.waitFor();
        assert.equal(await link.getAttribute('rel'), 'noopener noreferrer');
        await article(page).getByText('Quoted text').click();
        await article(page).getByText('4. write down how to roll back').waitFor();
        await shoot(page, 'message-text');
      },
    },
    {
      name: 'stars and marks stay after a reload',
      async test({ page, server }) {
        await enter({ page, server });
        await row(page, /A tree for the loop/).click();
        const actions = page.getByRole('toolbar', { name: 'Message actions' });
        await actions.getByRole('button', { name: 'Starred' }).click();
        await row(page, /A tree for the loop/).getByRole('button', { name: 'Starred', pressed: true }).waitFor();
        await actions.getByRole('button', { name: 'More actions' }).click();
        const changed = page.waitForResponse((response) => response.request().method() === 'PATCH');
        await page.getByRole('menuitem', { name: 'Mark as unread' }).click();
        assert.equal((await changed).status(), 200);
        await page.goto(`${server.origin}/mail/inbox`);
        await row(page, /A tree for the loop/).getByRole('button', { name: 'Starred', pressed: true }).waitFor();
        assert.match(await row(page, /A tree for the loop/).innerText(), /Unread/);
      },
    },
    {
      name: 'headers, original and file',
      async test({ page, server, shoot }) {
        await enter({ page, server });
        await row(page, /Stove, pot/).click();
        const more = page.getByRole('button', { name: 'More actions' });
        await more.click();
        await shoot(page, 'more-actions');
        await page.getByRole('menuitem', { name: 'Show headers' }).click();
        const headers = page.getByRole('dialog', { name: 'Headers' });
        await headers.getByRole('row', { name: /^Subject Stove, pot/ }).waitFor();
        await headers.getByRole('row', { name: /^Received from localhost/ }).waitFor();
        await shoot(page, 'headers');
        await page.keyboard.press('Escape');
        await headers.waitFor({ state: 'detached' });
        await more.click();
        await page.getByRole('menuitem', { name: 'Show original' }).click();
        await page.getByRole('dialog', { name: 'Original' }).getByText('I also bring 30 cm of wire').waitFor();
        await page.getByRole('button', { name: 'Close' }).click();
        await more.click();
        const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: 'Download .eml' }).click()]);
        assert.match(download.suggestedFilename(), /\.eml$/);
        assert.match(readFileSync(await download.path(), 'utf8'), /^Return-Path: <grace@navy\.example\.org>\r\n/);
      },
    },
    {
      name: 'structure, history and transcript',
      async test({ page, server, shoot }) {
        await enter({ page, server });
        await row(page, /Numbers for the board/).click();
        const show = async (name) => {
          await page.getByRole('button', { name: 'More actions' }).click();
          await page.getByRole('menuitem', { name }).click();
        };
        await show('Show structure');
        await page.getByRole('dialog', { name: 'Structure' }).getByRole('link', { name: /quarter-3\.ods, 48 kB/ }).waitFor();
        assert.deepEqual(await axe(page), []);
        await shoot(page, 'structure');
        await page.keyboard.press('Escape');
        await show('Delivery transcript');
        const dialog = page.getByRole('dialog', { name: 'Delivery transcript' });
        await dialog.getByText('Arrived from 127.0.0.1 by ESMTP, put into Inbox').waitFor();
        await dialog.getByText('MAIL FROM:<katherine@example.org>').waitFor();
        assert.deepEqual(await axe(page), []);
        await shoot(page, 'transcript');
        await page.keyboard.press('Escape');
        await page.evaluate(() => (globalThis.print = () => (globalThis.printed = true)));
        await show('Print');
        assert.equal(await page.evaluate(() => globalThis.printed), true);
      },
    },
    {
      name: 'keys do what the list of keys says',
      async test({ page, server, shoot }) {
        await enter({ page, server });
        await page.keyboard.press('?');
        await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
        await shoot(page, 'keys');
        await page.keyboard.press('Escape');
        await page.getByRole('dialog').waitFor({ state: 'detached' });

        await page.keyboard.press('j');
        await article(page).getByRole('heading', { name: 'Lunch?' }).waitFor();
        await page.keyboard.press('j');
        await article(page).getByRole('heading', { name: 'The hut is ours' }).waitFor();
        await body(page).getByText('two clear days').click(); // the keyboard is in the frame now
        await page.keyboard.press('j');
        await article(page).getByRole('heading', { name: 'On the shortest way' }).waitFor();
        await page.keyboard.press('k');
        await article(page).getByRole('heading', { name: 'The hut is ours' }).waitFor();
        await page.keyboard.press('s');
        await page.getByRole('toolbar').getByRole('button', { name: 'Starred', pressed: true }).waitFor();
        await page.keyboard.press('s');
        await page.getByRole('toolbar').getByRole('button', { name: 'Starred', pressed: false }).waitFor();
        await page.keyboard.press('Shift+U');
        await row(page, /Unread, Ada Lovelace/).waitFor();
        await page.keyboard.press('Shift+I');
        await row(page, /Unread, Ada Lovelace/).waitFor({ state: 'detached' });
        await page.keyboard.press('u');
        await page.getByText('Choose a message').waitFor();
        assert.match(await page.evaluate(() => document.activeElement?.textContent ?? ''), /The hut is ours/);
        await page.keyboard.press('End');
        await page.keyboard.press('Enter');
        await article(page).getByRole('heading', { name: 'Two books are waiting' }).waitFor();
        await page.keyboard.press('g');
        await page.keyboard.press('s');
        await page.getByRole('heading', { name: 'Sent', level: 1 }).waitFor();
        await page.keyboard.press('g');
        await page.keyboard.press('i');
        await page.getByRole('heading', { name: 'Inbox', level: 1 }).waitFor();
      },
    },
    {
      name: 'Skip to messages is the first stop, the list one stop',
      async test({ page, server }) {
        await enter({ page, server });
        await page.reload();
        await row(page, /Lunch/).waitFor();
        await page.keyboard.press('Tab');
        assert.equal(await page.evaluate(() => document.activeElement?.textContent), 'Skip to messages');
        await page.keyboard.press('Enter');
        assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('role')), 'row');
        await page.keyboard.press('ArrowDown');
        await article(page).waitFor();
        await page.keyboard.press('Tab');
        assert.equal(await page.evaluate(() => document.activeElement?.closest('[role=grid]')), null);
      },
    },
    {
      name: 'remote images wait for the reader',
      async test({ page, server, outside, context, shoot }) {
        await context.route('https://images.example.org/**', (route) =>
          route.fulfill({ contentType: 'image/svg+xml', body: '<svg xmlns="http://www.w3.org/2000/svg" width="160" height="40"/>' }),
        );
        await enter({ page, server });
        await row(page, /Your order 20817/).click();
        await body(page).getByText('Your order is on its way').waitFor();
        await article(page).getByText('Remote images were not loaded.').waitFor();
        await shoot(page, 'remote-images');
        assert.deepEqual(outside, []);
        await article(page).getByRole('button', { name: 'Load remote images' }).click();
        await page.waitForResponse('https://images.example.org/open.gif?u=20817');
        await article(page).getByText('Remote images were not loaded.').waitFor({ state: 'detached' });
        assert.deepEqual(outside.map((url) => new URL(url).host), ['images.example.org', 'images.example.org']);
      },
    },
    {
      name: 'remote images of a sender are always loaded, once the reader said so',
      async test({ page, server, outside, context }) {
        await context.route('https://images.example.org/**', (route) =>
          route.fulfill({ contentType: 'image/svg+xml', body: '<svg xmlns="http://www.w3.org/2000/svg" width="160" height="40"/>' }),
        );
        await enter({ page, server });
        await row(page, /Your order 20817/).click();
        await article(page).getByRole('button', { name: 'Always load from this sender' }).click();
        await page.waitForResponse('https://images.example.org/open.gif?u=20817');
        await page.waitForFunction(async () => (await (await fetch('/api/v1/settings')).json()).imagesFrom.length === 1);
        await row(page, /The hut is ours/).click();
        await body(page).getByText('two clear days').waitFor();
        const before = outside.length;
        await row(page, /Your order 20817/).click();
        await body(page).getByText('Your order is on its way').waitFor();
        while (outside.length === before) await context.waitForEvent('request');
        assert.equal(await article(page).getByText('Remote images were not loaded.').count(), 0);
        await page.goto(new URL('/settings/appearance', page.url()).href);
        await page.getByRole('button', { name: /^Remove .*@/ }).click();
        await page.waitForFunction(async () => (await (await fetch('/api/v1/settings')).json()).imagesFrom.length === 0);
      },
    },
    {
      name: 'the text of a message begins where its frame does',
      async test({ page, server }) {
        await enter({ page, server });
        await row(page, /The hut is ours/).click();
        const first = await body(page).getByText('Dear Alice,').boundingBox();
        const frame = await page.locator('iframe[title="Message body"]').boundingBox();
        const gap = first.y - frame.y;
        assert.ok(gap >= 0 && gap < 6, `${gap} px above the first line`);
      },
    },
    {
      name: 'dark follows the system, coloured mail keeps its sheet',
      look: 'dark',
      async test({ page, server, shoot }) {
        await enter({ page, server });
        await row(page, /The hut is ours/).click();
        await body(page).getByText('two clear days').waitFor();
        assert.equal(await body(page).locator('html').getAttribute('class'), 'dark');
        await shoot(page, 'message-dark');
        await row(page, /Your order 20817/).click();
        await body(page).getByText('Your order is on its way').waitFor();
        assert.equal(await body(page).locator('html').getAttribute('class'), 'sheet');
        await shoot(page, 'message-dark-sheet');
      },
    },
    {
      name: 'one pane at a time on a phone',
      look: 'phone',
      async test({ page, server, shoot }) {
        await enter({ page, server });
        await shoot(page, 'phone-list');
        await page.getByRole('button', { name: 'Mailboxes' }).click();
        await page.getByRole('link', { name: 'Archive' }).waitFor();
        await shoot(page, 'phone-folders');
        await page.getByRole('link', { name: /^Inbox/ }).click();
        await row(page, /The hut is ours/).click();
        await body(page).getByText('two clear days').waitFor();
        assert.equal(await page.getByRole('grid', { name: 'Messages' }).isVisible(), false);
        await shoot(page, 'phone-message');
        await page.getByRole('button', { name: 'Back to list' }).click();
        await row(page, /The hut is ours/).waitFor();
        const height = await row(page, /The hut is ours/).evaluate((element) => element.offsetHeight);
        assert.equal(height, 72);
      },
    },
    {
      name: 'nothing scrolls sideways at 320 px',
      look: 'small',
      async test({ page, server, shoot }) {
        await enter({ page, server });
        await shoot(page, 'small-list');
        const fits = () => page.evaluate(() => document.documentElement.scrollWidth <= innerWidth);
        assert.ok(await fits());
        for (const name of [/The hut is ours/, /Numbers for the board/, /Your order/]) {
          await row(page, name).click();
          await article(page).waitFor();
          assert.ok(await fits());
          await shoot(page, `small-message-${String(name).replace(/\W+/g, '-')}`);
          await page.getByRole('button', { name: 'Back to list' }).click();
        }
      },
    },
    {
      name: 'latest is the newest message',
      async test({ page, server }) {
        await enter({ page, server });
        await page.goto(`${server.origin}/mail/inbox/latest`);
        await article(page).getByRole('heading', { name: 'Lunch?' }).waitFor();
        assert.match(page.url(), /\/mail\/inbox\/\d+$/);
      },
    },
    {
      name: 'a message that is gone says so and offers another try',
      async test({ page, server }) {
        await enter({ page, server });
        await page.goto(`${server.origin}/mail/inbox/999999`);
        await page.getByRole('alert').getByText('There is no such message').waitFor();
        await page.getByRole('button', { name: 'Try again' }).waitFor();
        await page.goto(`${server.origin}/mail/nonsense`);
        await page.getByText('There is no such mailbox').waitFor();
      },
    },
    {
      name: 'new mail appears by itself, and what is read stays in place',
      async test({ page, server }) {
        await enter({ page, server });
        await row(page, /The hut is ours/).click();
        await article(page).waitFor();
        await deliver(server.smtpPort, [message({ name: 'Vint Cerf', from: 'vint@example.org', subject: 'Packets have arrived', body: 'All of them, and in order.\n' })]);
        await row(page, /Packets have arrived/).waitFor(); // the server tells; nobody waits for the next look
        assert.equal(await page.getByRole('grid', { name: 'Messages' }).getAttribute('aria-rowcount'), '13');
        assert.match(await rows(page).first().innerText(), /Packets have arrived/);
        assert.equal(await row(page, /The hut is ours/).getAttribute('aria-selected'), 'true');
      },
    },
    {
      name: 'the list can begin with what is oldest, and its address says so',
      async test({ page, server, shoot }) {
        await enter({ page, server });
        const firstRow = page.locator('[role=row][aria-rowindex="1"]');
        await page.getByRole('row', { name: /Lunch\?/ }).waitFor();
        const total = Number(await page.getByRole('grid', { name: 'Messages' }).getAttribute('aria-rowcount'));
        await page.getByRole('button', { name: 'Sort', exact: true }).click();
        assert.equal(await page.getByRole('menuitemradio', { name: 'Newest first' }).getAttribute('aria-checked'), 'true');
        assert.deepEqual(await axe(page), []);
        await shoot(page, 'sort');
        await page.keyboard.press('ArrowDown');
        await page.keyboard.press('Enter');
        await page.waitForURL('**/mail/inbox?sort=received');
        await firstRow.getByText('Two books are waiting for you').waitFor();

        await firstRow.click();
        await page.waitForURL('**/mail/inbox/*?sort=received');
        await page.reload();
        await firstRow.getByText('Two books are waiting for you').waitFor();
        await deliver(server.smtpPort, [message({ name: 'Late', from: 'late@example.org', subject: 'Comes to the end', body: 'x' })]);
        const last = page.getByRole('row', { name: /Comes to the end/ });
        await last.waitFor();
        assert.equal(await last.getAttribute('aria-rowindex'), String(total + 1));
        await page.goBack();
        await page.goBack();
        await page.waitForURL('**/mail/inbox');
        await page.waitForFunction(() => /Comes to the end/.test(document.querySelector('[role=row][aria-rowindex="1"]')?.textContent ?? ''));
      },
    },
    {
      name: 'every answer carries its headers, and nothing of bob is seen',
      async test({ page, server, context }) {
        await enter({ page, server });
        await row(page, /Numbers for the board/).click();
        await article(page).waitFor();
        const id = page.url().split('/').pop();
        const needed = ['content-security-policy', 'x-content-type-options', 'referrer-policy', 'cross-origin-opener-policy', 'cross-origin-resource-policy', 'permissions-policy', 'cache-control'];
        const paths = ['/', '/mail/inbox', '/sign-in', '/nowhere', '/favicon.svg', '/frame/message', '/healthz', '/readyz', '/api/v1/session', '/api/v1/mailboxes', '/api/v1/nothing', '/api/v1/openapi.json', `/api/v1/messages/${id}`, `/api/v1/messages/${id}/body`, `/api/v1/messages/${id}/raw`, `/api/v1/messages/${id}/parts/2`];
        for (const path of paths) {
          const headers = (await context.request.get(server.origin + path)).headers();
          for (const name of needed) assert.ok(headers[name], `${path} lacks ${name}`);
          assert.equal(headers['server'], undefined);
        }
        const part = await context.request.get(`${server.origin}/api/v1/messages/${id}/parts/2`);
        assert.match(part.headers()['content-disposition'], /^attachment; filename="quarter-3\.ods"/);
        assert.match(part.headers()['content-security-policy'], /^sandbox; default-src 'none'/);
        const bob = await page.context().browser().newContext();
        await bob.request.post(`${server.origin}/api/v1/session`, { data: { address: `bob@${Server.domain}`, password: Server.password } });
        for (const path of ['', '/body', '/raw', '/parts/2'])
          assert.equal((await bob.request.get(`${server.origin}/api/v1/messages/${id}${path}`)).status(), 404);
        await bob.close();
      },
    },
  ],
};
