import assert from 'node:assert/strict';
import { signIn } from '../support/browser.mjs';
import { Server } from '../support/server.mjs';

const alice = `alice@${Server.domain}`;

export const signInCases = {
  name: 'sign-in',
  tests: [
    {
      name: 'leads to the Inbox',
      async test({ page, server, shoot }) {
        await page.goto(server.origin);
        await page.waitForURL('**/sign-in');
        await page.getByRole('heading', { name: 'Sign in', level: 1 }).waitFor();
        assert.equal(await page.title(), 'Sign in · Pillarbox');
        assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('name')), 'username');
        await shoot(page, 'sign-in');
        await page.keyboard.type(alice);
        await page.keyboard.press('Tab');
        await page.keyboard.type(Server.password);
        await page.keyboard.press('Enter');
        await page.waitForURL('**/mail/inbox');
        await page.getByRole('heading', { name: 'Inbox', level: 1 }).waitFor();
        await page.getByText('No messages').waitFor();
        assert.equal(await page.title(), 'Inbox · Pillarbox');
        await shoot(page, 'inbox-empty');
      },
    },
    {
      name: 'says the same for a stranger and a wrong password',
      async test({ page, server, shoot }) {
        for (const address of [alice, `nobody@${Server.domain}`]) {
          await signIn(page, server.origin, address, 'not the password');
          const alert = page.getByRole('alert');
          await alert.waitFor();
          assert.equal(await alert.innerText(), 'Email address or password is incorrect.');
          assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('name')), 'password');
        }
        await shoot(page, 'sign-in-refused');
      },
    },
    {
      name: 'asks for what is missing',
      async test({ page, server }) {
        await page.goto(`${server.origin}/sign-in`);
        await page.getByRole('button', { name: 'Sign in' }).click();
        await page.getByRole('alert').getByText('Enter your email address.').waitFor();
      },
    },
    {
      name: 'returns to the page that was asked for, and never elsewhere',
      async test({ page, server }) {
        await page.goto(`${server.origin}/mail/sent`);
        await page.waitForURL('**/sign-in?next=%2Fmail%2Fsent');
        await page.getByLabel('Email address').fill(alice);
        await page.getByLabel('Password').fill(Server.password);
        await page.getByLabel('Stay signed in').check();
        await page.getByRole('button', { name: 'Sign in' }).click();
        await page.getByRole('heading', { name: 'Sent', level: 1 }).waitFor();
        const cookie = (await page.context().cookies()).find(({ name }) => name === 'pillarbox');
        assert.ok(cookie.httpOnly && cookie.sameSite === 'Strict' && cookie.expires > Date.now() / 1000 + 29 * 86_400);

        await page.goto(`${server.origin}/sign-in?next=//evil.example.org/`);
        await page.getByLabel('Email address').fill(alice);
        await page.getByLabel('Password').fill(Server.password);
        await page.getByRole('button', { name: 'Sign in' }).click();
        await page.waitForURL(`${server.origin}/mail/inbox`);
      },
    },
    {
      name: 'ends with signing out',
      async test({ page, server }) {
        await signIn(page, server.origin, alice, Server.password);
        await page.getByRole('button', { name: 'Account menu' }).click();
        await page.getByRole('menuitem', { name: 'Sign out' }).click();
        await page.getByRole('heading', { name: 'Sign in' }).waitFor();
        assert.deepEqual(await page.context().cookies(), []);
        await page.goto(`${server.origin}/mail/inbox`);
        await page.waitForURL('**/sign-in');
      },
    },
    {
      name: 'is asked for again when the session has ended elsewhere',
      async test({ page, server }) {
        await signIn(page, server.origin, alice, Server.password);
        await page.getByText('No messages').waitFor();
        await page.context().clearCookies();
        await page.getByRole('navigation', { name: 'Mailboxes' }).getByRole('link', { name: 'Junk' }).click();
        await page.waitForURL('**/sign-in?next=%2Fmail%2Fjunk');
      },
    },
    {
      name: 'unknown pages say so',
      async test({ page, server, shoot }) {
        const response = await page.goto(`${server.origin}/nowhere`);
        assert.equal(response.status(), 404);
        await page.getByRole('heading', { name: 'Page not found' }).waitFor();
        await shoot(page, 'not-found');
      },
    },
    {
      name: 'forms and scripts of other origins achieve nothing',
      async test({ server, context }) {
        const session = `${server.origin}/api/v1/session`;
        const data = { address: alice, password: Server.password };
        const tries = [
          [{ Origin: 'https://evil.example.org' }, 403],
          [{ Origin: 'null' }, 403],
          [{ 'Sec-Fetch-Site': 'cross-site' }, 403],
          [{ 'Content-Type': 'text/plain' }, 415],
          [{ Host: 'rebound.example.org' }, 421],
          [{}, 200],
        ];
        for (const [headers, status] of tries) {
          const response = await context.request.post(session, { headers: { 'Content-Type': 'application/json', ...headers }, data: JSON.stringify(data) });
          assert.equal(response.status(), status, JSON.stringify(headers));
        }
        const { csrfToken } = await (await context.request.get(session)).json();
        const own = { Origin: server.origin };
        assert.equal((await context.request.delete(session)).status(), 403, 'neither Origin nor token');
        assert.equal((await context.request.delete(session, { headers: own })).status(), 403, 'no token');
        assert.equal((await context.request.delete(session, { headers: { 'X-CSRF-Token': csrfToken } })).status(), 403, 'no Origin');
        assert.equal((await context.request.delete(session, { headers: { ...own, 'X-CSRF-Token': csrfToken } })).status(), 204);
      },
    },
  ],
};
