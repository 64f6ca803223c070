// The browser side against the real program, in Chromium.
//
//   node run.mjs --program build/release/pillarbox [--pictures docs] [--shots DIR] [--at-once N] [NAME...]
//
// With names, only the cases whose names contain one of them. PILLARBOX may
// name the program instead. --shots keeps a picture of every page looked at.
// Groups of cases run two at a time, or --at-once, each in a browser of its own.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { cases } from './cases/index.mjs';
import { takePictures } from './cases/screenshot.mjs';
import { launch, looks, openPage } from './support/browser.mjs';
import { TookTooLong, within } from './support/limit.mjs';
import { Server } from './support/server.mjs';

const options = { program: process.env.PILLARBOX ?? '', pictures: '', shots: '', 'at-once': '2' };
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
const atOnce = Number(options['at-once']);
if (!Number.isInteger(atOnce) || atOnce < 1) {
  console.error(`--at-once: '${options['at-once']}' is no number of groups; write 1 or more`);
  process.exit(2);
}
if (options.shots) mkdirSync(options.shots, { recursive: true });

/** The longest that one case may take on a busy machine; most take a second or two. */
const patience = 90_000;
/** To close what is stuck, or to look at it. */
const shortPatience = 10_000;

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
    console.log(`FAIL  ${name} (${Date.now() - started} ms)\n      ${String(error?.cause ? error.message : (error?.stack ?? error)).replace(/\n/g, '\n      ')}`);
  }
}

const program = resolve(options.program);
const shoot = async (page, name) => {
  if (options.shots) await page.screenshot({ path: join(options.shots, `${name}.png`) });
};

/** A server for each group of cases: what one does is not in another's way. */
async function withServer(action, people = ['alice', 'bob'], listeners = []) {
  const server = new Server(program, listeners);
  try {
    await within(patience, 'starting the server', server.start(people));
    await action(server);
  } finally {
    await within(patience, 'stopping the server', server.remove());
  }
}

/** A browser for one case after the other. */
class Seat {
  static async take() {
    const seat = new Seat();
    seat.browser = await launch();
    return seat;
  }

  /** Closes a case's pages; a browser that does not even do that makes way for a new one. */
  async clear(context) {
    try {
      await within(shortPatience, 'closing the pages', context.close());
    } catch (error) {
      if (!(error instanceof TookTooLong)) throw error;
      console.log('      (the browser did not close its pages, a new one is started)');
      void this.browser.close().catch(() => {}); // ends its processes in the end
      this.browser = await launch();
    }
  }

  async leave() {
    await within(shortPatience, 'closing the browser', this.browser.close()).catch((error) => console.log(String(error)));
  }
}

/** A case's failure, with where its page was; with --shots, a picture too. */
async function describe(error, { page, trouble }, name) {
  let picture = 'no picture (--shots DIR makes one)';
  if (options.shots) {
    const path = join(options.shots, `failed-${name}.png`.replace(/[^\w./-]+/g, '-'));
    picture = await within(shortPatience, 'taking a picture', page.screenshot({ path })).then(
      () => path,
      (cause) => `no picture: ${cause.message}`,
    );
  }
  const told = trouble.map((text) => `\nconsole: ${text}`).join('');
  return new Error(`${error?.stack ?? error}\nat ${page.url()}, ${picture}${told}`, { cause: error });
}

async function runCase(seat, group, { name, look = 'light', options: more, test, allowed = [] }, server, shared) {
  const { browser } = seat;
  const opened = await within(patience, 'opening a page', openPage(browser, server.origin, looks[look], more));
  try {
    const done = test({ ...opened, server, shared, shoot, look, browser });
    done.catch(() => {}); // if it fails after its limit, nobody waits for it any more
    await within(patience, 'the case', done);
    const trouble = opened.trouble.filter((text) => !allowed.some((pattern) => pattern.test(text)));
    assert.deepEqual(trouble, [], 'errors in the console');
  } catch (error) {
    throw await describe(error, opened, `${group.name}-${name}`);
  } finally {
    await seat.clear(opened.context);
  }
}

async function runGroup(seat, group) {
  await withServer(async (server) => {
    const shared = {};
    await within(patience, `preparing ${group.name}`, Promise.resolve(group.prepare?.(server, shared)));
    for (const one of group.tests) await run(`${group.name}: ${one.name}`, () => runCase(seat, group, one, server, shared));
    await within(patience, `finishing ${group.name}`, Promise.resolve(group.finish?.(server, shared)));
  }, group.people, group.listeners);
}

/** One group after the other, as long as there are any that nobody has begun. */
async function work(waiting) {
  const seat = await Seat.take();
  try {
    for (let group = waiting.shift(); group; group = waiting.shift()) await runGroup(seat, group);
  } finally {
    await seat.leave();
  }
}

if (options.pictures) {
  const seat = await Seat.take();
  await withServer((server) => takePictures(seat.browser, server, resolve(options.pictures))).finally(() => seat.leave());
  console.log(`wrote the pictures into ${options.pictures}`);
} else {
  // Those with many cases first: one of them that came last would keep all waiting.
  const waiting = [...cases].sort((one, other) => other.tests.length - one.tests.length);
  const workers = await Promise.allSettled(Array.from({ length: atOnce }, () => work(waiting)));
  for (const { reason } of workers.filter(({ status }) => status === 'rejected')) {
    failed++;
    console.log(`FAIL  ${reason?.stack ?? reason}`);
  }
  console.log(`${passed} passed, ${failed} failed`);
}
process.exit(failed > 0 ? 1 : 0);
