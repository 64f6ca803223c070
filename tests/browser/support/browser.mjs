// Chromium, and a page that notices whatever should not happen.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { spawnSync } from 'node:child_process';
import { chromium } from 'playwright-core';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export async function launch() {
  const found = spawnSync('sh', ['-c', 'command -v chromium chromium-browser | head -n 1'], { encoding: 'utf8' });
  const executablePath = found.stdout.trim();
  if (!executablePath) throw new Error("Chromium is not installed: apt-get install chromium");
  return chromium.launch({
    executablePath,
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
}

export const looks = {
  light: { viewport: { width: 1280, height: 800 }, colorScheme: 'light' },
  dark: { viewport: { width: 1280, height: 800 }, colorScheme: 'dark' },
  phone: { viewport: { width: 390, height: 844 }, colorScheme: 'light', hasTouch: true, isMobile: true },
  small: { viewport: { width: 320, height: 640 }, colorScheme: 'dark', hasTouch: true },
};

/** A page that collects console errors, violations, and requests that leave its origin. */
export async function openPage(browser, origin, look, options = {}) {
  const context = await browser.newContext({ ...look, locale: 'en-GB', timezoneId: 'Europe/Zurich', reducedMotion: 'reduce', ...options });
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  const trouble = [];
  const outside = [];
  page.on('console', (message) => {
    // Chromium reports every 4xx as an error; what the page makes of it is what the tests look at.
    if (message.type() === 'error' && !/^Failed to load resource: the server responded with a status of 4\d\d/.test(message.text()))
      trouble.push(`${message.text()} (${message.location().url})`);
  });
  page.on('pageerror', (error) => trouble.push(`uncaught: ${error.message}`));
  page.on('dialog', (dialog) => {
    trouble.push(`a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('popup', (popup) => trouble.push(`a popup: ${popup.url()}`));
  context.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(origin) && !url.startsWith('blob:') && !url.startsWith('data:')) outside.push(url);
  });
  await page.addInitScript(() => {
    addEventListener('securitypolicyviolation', (event) => console.error(`CSP: ${event.violatedDirective} ${event.blockedURI}`));
  });
  return { page, context, trouble, outside };
}

/** Nobody tells the page what happens: it can be waited for until the network is idle. */
export async function silenceEvents(page) {
  await page.route('**/api/v1/events', (route) => route.fulfill({ status: 204 }));
}

/** What axe finds wrong, WCAG 2.0 to 2.2, A and AA, frames included. */
export async function axe(page) {
  for (const frame of page.frames()) await frame.evaluate(axeSource);
  const result = await page.evaluate(async () => {
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
    return globalThis.axe.run(document, { runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'] });
  });
  return result.violations.flatMap((violation) => violation.nodes.map((node) => `${violation.id}: ${node.target.flat().join(' ')} ${node.failureSummary ?? ''}`));
}

export async function signIn(page, origin, address, password) {
  await page.goto(`${origin}/sign-in`);
  await page.getByLabel('Email address').fill(address);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}
