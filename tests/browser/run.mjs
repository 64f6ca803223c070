// The browser side against the real program, in Chromium.
//
//   node run.mjs --program build/release/pillarbox [--screenshot docs/screenshot.png] [--shots DIR] [NAME...]
//
// With names, only the cases whose names contain one of them. PILLARBOX may
// name the program instead. --shots keeps a picture of every page looked at.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { cases } from './cases/index.mjs';
import { takeScreenshot } from './cases/screenshot.mjs';
import { launch, looks, openPage } from './support/browser.mjs';
import { Server } from './support/server.mjs';

const options = { program: process.env.PILLARBOX ?? '', screenshot: '', shots: '' };
const wanted = [];
for (let i = 2; i < process.argv.length; i++) {
  const name = process.argv[i].replace(/^--/, '');
  if (process.argv[i].startsWith('--') && name in options) options[name] = process.argv[++i] ?? '';
  else wanted.push(process.argv[i]);
}
if (!options.program) {
  console.error('Say which program: node run.mjs --program build/release/pillarbox');
  process.exit(2);
}
if (options.shots) mkdirSync(options.shots, { recursive: true });

const browser = await launch();
let passed = 0;
let failed = 0;

async function run(name, action) {
  if (wanted.length > 0 && !wanted.some((part) => name.includes(part))) return;
  const started = Date.now();
  try {
    await action();
    passed++;
    console.log(`ok    ${name} (${Date.now() - started} ms)`);
  } catch (error) {
    failed++;
    console.log(`FAIL  ${name}\n      ${String(error?.stack ?? error).replace(/\n/g, '\n      ')}`);
  }
}

const program = resolve(options.program);
const shoot = async (page, name) => {
  if (options.shots) await page.screenshot({ path: join(options.shots, `${name}.png`) });
};

/** A server for each group of cases: what one does is not in another's way. */
async function withServer(action) {
  const server = new Server(program);
  try {
    await server.start(['alice', 'bob']);
    await action(server);
  } finally {
    await server.remove();
  }
}

try {
  if (options.screenshot) {
    await withServer((server) => takeScreenshot(browser, server, resolve(options.screenshot)));
    console.log(`wrote ${options.screenshot}`);
  } else {
    for (const group of cases) {
      await withServer(async (server) => {
        const shared = {};
        await group.prepare?.(server, shared);
        for (const { name, look = 'light', options: more, test, allowed = [] } of group.tests) {
          await run(`${group.name}: ${name}`, async () => {
            const opened = await openPage(browser, server.origin, looks[look], more);
            try {
              await test({ ...opened, server, shared, shoot, look, browser });
              const trouble = opened.trouble.filter((text) => !allowed.some((pattern) => pattern.test(text)));
              assert.deepEqual(trouble, [], 'errors in the console');
            } catch (error) {
              if (options.shots) await opened.page.screenshot({ path: join(options.shots, `failed-${group.name}-${name}.png`.replace(/[^\w.-]+/g, '-')) });
              throw error;
            } finally {
              await opened.context.close();
            }
          });
        }
        await group.finish?.(server, shared);
      });
    }
    console.log(`${passed} passed, ${failed} failed`);
  }
} finally {
  await browser.close();
}
process.exit(failed > 0 ? 1 : 0);
