import assert from 'node:assert/strict';
import { signIn, silenceEvents } from '../support/browser.mjs';
import { corpus } from '../support/corpus.mjs';
import { Server } from '../support/server.mjs';
import { deliver } from '../support/smtp.mjs';
import { Trap } from '../support/trap.mjs';

const alice = `alice@${Server.domain}`;

/** What Chromium reports of markup that the sanitiser parses in a document of its own, where nothing runs. */
const allowed = [/inline event handler violates/, /document's base URI .* violates/, /^CSP: (script-src-attr inline|base-uri )/, /Loading media from .*\/track' violates/, /^CSP: media-src .*\/track /];

/** In the page: hears what frames say, and what runs where it should not. */
function listen() {
  if (top !== window) return;
  globalThis.heard = { shown: [], hacked: 0 };
  addEventListener('message', ({ data, source }) => {
    if (data?.kind === 'held') heard.shown.push(source);
    if (data?.hacked) heard.hacked++;
  });
}

/** In the page: opens a message as a link to it would, and returns once it is there. */
async function open(id) {
  document.querySelector('article[aria-label="Message"]')?.setAttribute('data-before', '');
  history.pushState(null, '', `/mail/inbox/${id}`);
  dispatchEvent(new PopStateEvent('popstate'));
  const there = () => {
    const body = document.querySelector('article[aria-label="Message"]:not([data-before]) .message-body');
    const frame = body?.querySelector('iframe');
    return frame ? heard.shown.includes(frame.contentWindow) : body && !body.querySelector('.body-placeholder');
  };
  for (const began = Date.now(); !there(); await new Promise(requestAnimationFrame))
    if (Date.now() - began > 20_000) throw new Error('it is not shown');
  await new Promise(requestAnimationFrame);
}

/** In the page: what of it is not as it should be beside that message. */
function lookAround(id) {
  const faults = [];
  const pane = document.querySelector('.message-pane');
  const frame = pane.querySelector('iframe');
  if (location.pathname !== `/mail/inbox/${id}`) faults.push(`the page went to ${location.href}`);
  if (heard.hacked > 0) faults.push('a script told the page');
  for (const element of pane.querySelectorAll('*')) {
    if (element.matches('script, style, object, embed, form, base, meta, link, iframe:not([title="Message body"])')) faults.push(`the page has ${element.outerHTML.slice(0, 80)}`);
    if (element.getAttributeNames().some((name) => name.startsWith('on'))) faults.push(`the page handles ${element.outerHTML.slice(0, 80)}`);
    if (!(element instanceof HTMLAnchorElement) || element.origin === location.origin) continue;
    if (!['http:', 'https:', 'mailto:'].includes(element.protocol) || element.target !== '_blank' || element.rel !== 'noopener noreferrer') faults.push(`the page links ${element.outerHTML.slice(0, 80)}`);
  }
  for (const control of document.querySelectorAll('.message-actions button, .top button, .message-subject')) {
    const { left, top, width, height } = control.getBoundingClientRect();
    const above = document.elementFromPoint(left + Math.min(width, 20) / 2, top + height / 2);
    if (!above || !(control.contains(above) || above.contains(control))) faults.push(`${control.outerHTML.slice(0, 60)} is covered`);
  }
  const outside = frame && (frame.clientWidth > pane.clientWidth || frame.clientHeight > 30_000 || getComputedStyle(frame).position !== 'static');
  if (outside) faults.push('the frame leaves its place');
  if (document.documentElement.scrollWidth > innerWidth) faults.push('the page scrolls sideways');
  return faults;
}

/** In the frame: what there should have been taken out. */
function lookInside() {
  const faults = [];
  const tags = 'script, form, input, button, textarea, select, svg, math, iframe, frame, frameset, object, embed, applet, video, audio, source, track, picture, meta, base, link, template, slot, dialog, marquee, map, area, portal, fencedframe';
  for (const element of document.body.querySelectorAll('*')) {
    const shown = () => element.outerHTML.slice(0, 80);
    if (element.matches(tags)) faults.push(`an element ${shown()}`);
    const names = element.getAttributeNames();
    const bad = names.filter((name) => name.startsWith('on') || ['id', 'name', 'srcset', 'poster', 'ping', 'action', 'formaction', 'autofocus', 'popover', 'tabindex', 'accesskey', 'contenteditable', 'xlink:href', 'attributionsrc'].includes(name));
    if (bad.length > 0) faults.push(`an attribute ${bad} of ${shown()}`);
    if (['fixed', 'sticky'].includes(getComputedStyle(element).position)) faults.push(`it stands over the rest: ${shown()}`);
    if (element.shadowRoot) faults.push(`a shadow tree ${shown()}`);
    for (const name of ['src', 'background', 'href'])
      if (element.hasAttribute(name) && !(name === 'href' ? /^\s*(https?:|mailto:|tel:)/i : /^\s*(blob:|data:image\/(png|jpeg|gif|webp)[;,])/i).test(element.getAttribute(name))) faults.push(`an address ${shown()}`);
    if (element.href && (element.target !== '_blank' || element.rel !== 'noopener noreferrer')) faults.push(`a link that takes the window: ${shown()}`);
  }
  const css = [...document.querySelectorAll('body style')].map((style) => style.textContent).join('\n') + [...document.querySelectorAll('body [style]')].map((element) => element.getAttribute('style')).join('\n');
  if (/@import|expression\s*\(|-moz-binding|behavior\s*:/i.test(css) || /(url|image-set|src)\s*\(\s*["']?\s*(https?:|\/\/|javascript:|data:(?!image\/(png|jpeg|gif|webp)))/i.test(css)) faults.push(`style ${css.slice(0, 200)}`);
  if (globalThis.hacked) faults.push('a script ran in the frame');
  return faults;
}

/** Ids of all that came, in the order in which it did. */
const ids = async () => {
  const all = [];
  for (let total = 1; all.length < total; ) {
    const page = await (await fetch(`/api/v1/mailboxes/inbox/messages?limit=200&position=${all.length}`)).json();
    total = page.total;
    all.push(...page.items.map((item) => item.id));
  }
  return all.reverse();
};

async function enter({ page, server }) {
  await silenceEvents(page);
  await page.addInitScript(listen);
  await signIn(page, server.origin, alice, Server.password);
  await page.getByRole('row').first().waitFor();
}

const opensAll = (file) => async (opened) => {
  const { page, shared, outside } = opened;
  await enter(opened);
  const came = await page.evaluate(ids);
  assert.equal(came.length, shared.entries.length);
  await page.evaluate(() => (globalThis.stillHere = true));
  const faults = [];
  for (const [at, { name }] of shared.entries.entries()) {
    if (!name.startsWith(`${file}: `)) continue;
    const found = await page.evaluate(open, came[at]).then(
      async () => {
        const frame = page.frames().find((one) => one.url().includes('/frame/message'));
        return [...(frame ? await frame.evaluate(lookInside) : []), ...(await page.evaluate(lookAround, came[at]))];
      },
      (error) => [error.message],
    );
    faults.push(...found.map((fault) => `${name}: ${fault}`));
  }
  await page.waitForLoadState('networkidle');
  assert.deepEqual(faults, []);
  assert.deepEqual(shared.trap.hits, []);
  assert.deepEqual(outside, []);
  assert.equal(await page.evaluate(() => globalThis.stillHere), true, 'the page was loaded anew');
  assert.equal(opened.context.pages().length, 1);
};

/** In the page: what is wrong with how parts come down. */
async function fetchParts(came) {
  const faults = [];
  let seen = 0;
  for (const id of came) {
    const message = await (await fetch(`/api/v1/messages/${id}`)).json();
    for (const part of message.attachments.slice(0, 20)) {
      const answer = await fetch(`/api/v1/messages/${id}/parts/${part.path}`);
      const field = (name) => answer.headers.get(name) ?? '';
      const picture = /^image\/(png|jpeg|gif|webp)$/.test(field('Content-Type'));
      const name = /filename="([^"]*)"/.exec(field('Content-Disposition'))?.[1] ?? '';
      const coded = decodeURIComponent(/filename\*=UTF-8''([^;]*)/i.exec(field('Content-Disposition'))?.[1] ?? '');
      if (field('X-Content-Type-Options') !== 'nosniff' || !/sandbox/.test(field('Content-Security-Policy'))) faults.push(`${id}/${part.path}: no sandbox`);
      if (!picture && !field('Content-Disposition').startsWith('attachment')) faults.push(`${id}/${part.path}: shown inline`);
      if (/html|svg|xml/.test(field('Content-Type'))) faults.push(`${id}/${part.path}: ${field('Content-Type')}`);
      if (/[/\\\p{Cc}\u202a-\u202e\u2066-\u2069]/u.test(name + coded + part.name)) faults.push(`${id}/${part.path}: called ${name} ${coded} ${part.name}`);
      if (answer.headers.has('Set-Cookie')) faults.push(`${id}/${part.path}: sets a cookie`);
      seen++;
    }
  }
  return { faults, seen };
}

const files = ['scripts', 'mutation', 'requests', 'styles', 'links', 'mime'];

export const corpusCases = {
  name: 'hostile corpus',
  async prepare(server, shared) {
    shared.trap = new Trap();
    await shared.trap.open();
    shared.entries = corpus(shared.trap.address, alice);
    assert.ok(shared.entries.length >= 150, 'there are enough of them');
    await deliver(server.smtpPort, shared.entries.map((entry) => entry.mail));
  },
  async finish(_server, shared) {
    shared.trap.close();
  },
  tests: [
    ...files.map((file) => ({ name: `${file} run nothing, ask for nothing and stay in their frame`, allowed, test: opensAll(file) })),
    {
      name: 'what is attached comes down as a file',
      async test(opened) {
        await enter(opened);
        const { faults, seen } = await opened.page.evaluate(fetchParts, await opened.page.evaluate(ids));
        assert.deepEqual(faults, []);
        assert.ok(seen > 20);
      },
    },
    {
      name: 'a page without any of this falls into the trap',
      async test({ context, shared }) {
        const bare = await context.newPage();
        bare.on('dialog', (dialog) => void dialog.dismiss());
        const of = (file, number) => `${shared.trap.address}/${file}/${number}`;
        await bare.setContent(`<script>fetch('${of('scripts', 0)}/ran')</script><img src="${of('requests', 0)}/src">`);
        await Promise.all([shared.trap.sprung('/scripts/0/ran'), shared.trap.sprung('/requests/0/src')]);
      },
    },
  ],
};
