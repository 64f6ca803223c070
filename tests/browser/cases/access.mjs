import assert from 'node:assert/strict';
import { axe, looks, signIn } from '../support/browser.mjs';
import { inbox } from '../support/mails.mjs';
import { Server } from '../support/server.mjs';
import { deliver } from '../support/smtp.mjs';

const alice = `alice@${Server.domain}`;

async function clean(page, what) {
  assert.deepEqual(await axe(page), [], what);
}

async function everyPage({ page, server, shoot, look }) {
  await page.goto(`${server.origin}/sign-in`);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('alert').waitFor();
  await clean(page, 'sign-in with an error');
  await shoot(page, `axe-${look}-sign-in`);
  await page.goto(`${server.origin}/nowhere`);
  await page.getByRole('heading', { name: 'Page not found' }).waitFor();
  await clean(page, 'not found');

  await signIn(page, server.origin, alice, Server.password);
  await page.getByRole('row', { name: /Lunch/ }).waitFor();
  await clean(page, 'list');
  await shoot(page, `axe-${look}-list`);
  await page.getByRole('button', { name: 'Account menu' }).click();
  await clean(page, 'account menu');
  await shoot(page, `axe-${look}-menu`);
  await page.getByRole('menuitem', { name: 'Keyboard shortcuts' }).click();
  await page.getByRole('dialog').waitFor();
  await clean(page, 'keyboard shortcuts');
  await shoot(page, `axe-${look}-keys`);
  await page.keyboard.press('Escape');

  const open = async (name) => {
    await page.goto(`${server.origin}/mail/inbox`);
    await page.getByRole('row', { name }).click();
    await page.getByRole('article', { name: 'Message' }).waitFor();
  };
  const body = page.frameLocator('iframe[title="Message body"]');
  await open(/The hut is ours/);
  await body.getByText('two clear days').waitFor();
  await page.locator('summary', { hasText: 'to Alice' }).click();
  await clean(page, 'HTML message');
  await shoot(page, `axe-${look}-message`);
  await page.getByRole('button', { name: 'More actions' }).click();
  await clean(page, 'more actions');
  await page.getByRole('menuitem', { name: 'Show headers' }).click();
  await page.getByRole('dialog', { name: 'Headers' }).waitFor();
  await clean(page, 'headers');
  await shoot(page, `axe-${look}-headers`);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { name: 'Show original' }).click();
  await page.getByText('Content-Type: multipart/mixed').waitFor();
  await clean(page, 'original');
  await page.keyboard.press('Escape');

  await open(/Your order 20817/);
  await page.getByRole('button', { name: 'Load remote images' }).waitFor();
  await clean(page, 'remote images held back');
  await open(/Checklist for the release/);
  await page.getByText('Quoted text').click();
  await clean(page, 'plain text');
  await open(/Numbers for the board/);
  await page.getByRole('link', { name: 'Download quarter-3.ods' }).waitFor();
  await clean(page, 'attachments');
  await shoot(page, `axe-${look}-attachments`);

  await page.goto(`${server.origin}/mail/trash`);
  await page.getByText('No messages').waitFor();
  await clean(page, 'empty mailbox');
  await page.goto(`${server.origin}/mail/inbox/999999`);
  await page.getByRole('alert').waitFor();
  await clean(page, 'a message that is gone');
  await shoot(page, `axe-${look}-gone`);
}

export const accessCases = {
  name: 'accessibility',
  async prepare(server) {
    await deliver(server.smtpPort, inbox());
  },
  tests: Object.keys(looks).map((look) => ({ name: `axe finds nothing, ${look}`, look, test: everyPage })),
};
