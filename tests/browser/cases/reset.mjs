import assert from 'node:assert/strict';
import { axe, looks, signIn } from '../support/browser.mjs';
import { Server } from '../support/server.mjs';

const admin = `admin@${Server.domain}`;
const bob = `bob@${Server.domain}`;
const wanted = 'a sentence that only I know';
const heading = (page) => page.getByRole('heading', { name: 'Set a new password', level: 1 }).waitFor();

/** A link for Bob, as the command line shows it. */
function link(server) {
  const code = /#(\S+)/.exec(server.run(['account', 'reset-link', bob]))?.[1];
  assert.ok(code, 'the verb shows a link');
  return `${server.origin}/set-password#${code}`;
}

export const resetCases = {
  name: 'reset link',
  prepare(server) {
    server.run(['account', 'add', admin, '--admin', '--password-stdin'], `${Server.password}\n`);
  },
  tests: [
    ...Object.keys(looks).map((look) => ({
      name: `axe finds nothing, ${look}`,
      look,
      async test({ page, server, shoot }) {
        await page.goto(link(server));
        await page.getByText(bob).waitFor();
        await page.getByLabel('New password', { exact: true }).fill(wanted);
        await page.getByRole('button', { name: 'Set password' }).click();
        await page.getByText('The two are not the same.').waitFor();
        assert.deepEqual(await axe(page), []);
        await shoot(page, `axe-${look}-set-password`);
        await page.goto(`${server.origin}/sign-in`);
        await page.goto(`${server.origin}/set-password#wrong`);
        await page.getByRole('alert').getByText('This link is of no use any more').waitFor();
        assert.deepEqual(await axe(page), [], 'refused');
        await shoot(page, `axe-${look}-set-password-refused`);
      },
    })),
    {
      name: 'an administrator makes it, and it opens the account once',
      async test({ page, server, shoot }) {
        await signIn(page, server.origin, admin, Server.password);
        await page.waitForURL('**/mail/inbox');
        await page.goto(`${server.origin}/admin/accounts`);
        await page.getByRole('button', { name: `Actions for ${bob}` }).click();
        await page.getByRole('menuitem', { name: 'Make reset link' }).click();
        const dialog = page.getByRole('dialog', { name: 'Reset link' });
        const made = await dialog.locator('code').textContent();
        assert.match(made, /^http:\/\/localhost:\d+\/set-password#[a-z2-9]{32}$/);
        assert.deepEqual(await axe(page), []);
        await shoot(page, 'admin-reset-link');
        await dialog.getByRole('button', { name: 'Done' }).click();

        const person = await page.context().browser().newContext();
        const theirs = await person.newPage();
        const asked = [];
        theirs.on('request', (request) => asked.push(request.url()));
        const response = await theirs.goto(made);
        assert.equal(response.status(), 200);
        await heading(theirs);
        await theirs.getByLabel('New password', { exact: true }).fill(wanted);
        await theirs.getByLabel('New password again').fill(wanted);
        await theirs.keyboard.press('Enter');
        await theirs.waitForURL('**/mail/inbox');
        await theirs.getByRole('row', { name: /Your password was changed/ }).waitFor();
        assert.ok(asked.every((url) => !url.includes(made.split('#')[1])), 'the code is in no address that was asked for');

        await theirs.goto(`${server.origin}/sign-in`);
        await theirs.goto(made);
        await theirs.getByRole('alert').getByText('This link is of no use any more').waitFor();
        await theirs.getByRole('link', { name: 'Sign in' }).click();
        await theirs.getByRole('heading', { name: 'Sign in', level: 1 }).waitFor();
        await person.close();
      },
    },
  ],
};
