import assert from 'node:assert/strict';
import { axe, looks } from '../support/browser.mjs';
import { Server } from '../support/server.mjs';

const alice = `alice@${Server.domain}`;

export const setUpCases = {
  name: 'set-up',
  people: [],
  tests: [
    {
      name: 'every page leads to it, and it says what is wrong',
      async test({ page, server, shoot }) {
        await page.goto(`${server.origin}/mail/inbox`);
        await page.waitForURL('**/setup');
        await page.getByRole('heading', { name: 'Set up Pillarbox', level: 1 }).waitFor();
        await page.getByLabel('Setup code').fill('AAAA-AAAA');
        await page.getByLabel('Mail domain').fill(Server.domain);
        await page.getByLabel('Email address').fill(alice);
        await page.getByLabel('Password').fill(Server.password);
        await page.getByRole('button', { name: 'Create administrator' }).click();
        await page.getByRole('alert').getByText('That is not the setup code.').waitFor();
        await page.waitForFunction(() => document.activeElement?.getAttribute('name') === 'code');
        await shoot(page, 'set-up-refused');
      },
    },
    {
      name: 'what was typed before the page knew the server stays',
      async test({ page, server }) {
        let answer;
        const asked = new Promise((resolve) => (answer = resolve));
        await page.route('**/api/v1/setup', async (route) => {
          await asked;
          await route.continue();
        });
        await page.goto(`${server.origin}/setup`);
        await page.getByLabel('Mail domain').fill(Server.domain);
        await page.getByLabel('Password').fill(Server.password);
        answer();
        await page.getByText('The mail server localhost').waitFor();
        await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
        assert.equal(await page.getByLabel('Mail domain').inputValue(), Server.domain);
        assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('name')), 'password');
      },
    },
    ...Object.keys(looks).map((look) => ({
      name: `axe finds nothing, ${look}`,
      look,
      async test({ page, server, shoot }) {
        await page.goto(`${server.origin}/setup`);
        await page.getByRole('button', { name: 'Create administrator' }).click();
        await page.getByRole('alert').waitFor();
        assert.deepEqual(await axe(page), []);
        await shoot(page, `axe-${look}-set-up`);
      },
    })),
    {
      name: 'its link makes the administrator, who lands in an Inbox with a welcome',
      async test({ page, server, shoot }) {
        const code = await server.said(/localhost:\d+\/setup\?code=(\S+)/);
        await page.goto(`${server.origin}/setup?code=${code}`);
        await page.getByLabel('Setup code').waitFor();
        assert.equal(await page.getByLabel('Setup code').inputValue(), code);
        await page.getByLabel('Mail domain').fill(Server.domain);
        await page.getByLabel('Email address').fill(alice);
        await page.getByLabel('Password').fill(Server.password);
        await shoot(page, 'set-up');
        await page.keyboard.press('Enter');
        await page.waitForURL('**/mail/inbox');
        await page.getByRole('row', { name: /Welcome to Pillarbox/ }).click();
        await page.getByRole('article', { name: 'Message' }).getByText('What is left to do').waitFor();
        await shoot(page, 'welcome');
        await page.getByRole('button', { name: 'Account menu' }).click();
        await page.getByRole('menuitem', { name: 'Administration' }).click();
        await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
      },
    },
    {
      name: 'is over then',
      async test({ page, server }) {
        const response = await page.goto(`${server.origin}/setup`);
        assert.equal(response.status(), 404);
        await page.getByRole('heading', { name: 'Page not found' }).waitFor();
        await page.goto(server.origin);
        await page.waitForURL('**/sign-in');
      },
    },
  ],
};
