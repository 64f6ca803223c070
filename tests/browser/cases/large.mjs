import assert from 'node:assert/strict';
import { signIn } from '../support/browser.mjs';
import { message } from '../support/mails.mjs';
import { Server } from '../support/server.mjs';
import { deliver } from '../support/smtp.mjs';

const most = 400;

export const largeCases = {
  name: 'a long list',
  async prepare(server) {
    const all = Array.from({ length: most }, (_, i) => message({ name: `Sender ${i + 1}`, from: `s${i + 1}@example.org`, subject: `Letter number ${i + 1}`, body: 'Short.\n' }));
    for (let at = 0; at < most; at += 100) await deliver(server.smtpPort, all.slice(at, at + 100));
  },
  tests: [
    {
      name: 'keeps few rows in the page, wherever it is scrolled',
      async test({ page, server, shoot }) {
        await signIn(page, server.origin, `alice@${Server.domain}`, Server.password);
        const grid = page.getByRole('grid', { name: 'Messages' });
        await page.getByRole('row', { name: `Letter number ${most}` }).waitFor();
        assert.equal(await grid.getAttribute('aria-rowcount'), String(most));
        const view = page.locator('.grid-view');
        for (const part of [0.9, 0.3, 1]) {
          await view.evaluate((element, where) => (element.scrollTop = element.scrollHeight * where - (where === 1 ? 0 : element.clientHeight)), part);
          const position = Math.min(most, Math.ceil(most * part));
          await page.getByRole('row', { name: new RegExp(`Letter number ${most - position + 1}\\b`) }).waitFor();
          assert.ok((await grid.getByRole('row').count()) <= 120);
        }
        await shoot(page, 'long-list');
      },
    },
    {
      name: 'Home and End go to its ends, j goes on',
      async test({ page, server }) {
        await signIn(page, server.origin, `alice@${Server.domain}`, Server.password);
        await page.getByRole('row', { name: `Letter number ${most}` }).click();
        await page.keyboard.press('u');
        await page.getByText('Choose a message').waitFor();
        await page.keyboard.press('End');
        await page.waitForFunction(() => document.activeElement?.getAttribute('aria-rowindex') === '400');
        await page.getByRole('row', { name: /Letter number 1\b/ }).waitFor();
        await page.keyboard.press('Home');
        await page.waitForFunction(() => document.activeElement?.getAttribute('aria-rowindex') === '1');
        for (let i = 2; i <= 30; i++) {
          await page.keyboard.press('j');
          await page.waitForFunction((index) => document.activeElement?.getAttribute('aria-rowindex') === String(index), i);
        }
        await page.getByRole('article', { name: 'Message' }).getByRole('heading', { name: 'Letter number 371' }).waitFor();
      },
    },
    {
      name: 'Back returns to where the list was',
      async test({ page, server }) {
        await signIn(page, server.origin, `alice@${Server.domain}`, Server.password);
        await page.getByRole('row', { name: `Letter number ${most}` }).waitFor();
        const view = page.locator('.grid-view');
        await view.evaluate((element) => (element.scrollTop = 6400));
        await page.getByRole('row', { name: /Letter number 299\b/ }).waitFor();
        await page.waitForFunction(() => history.state?.scroll === 6400);
        await page.reload();
        await page.getByRole('row', { name: /Letter number 299\b/ }).waitFor();
        assert.equal(await view.evaluate((element) => element.scrollTop), 6400);
      },
    },
  ],
};
