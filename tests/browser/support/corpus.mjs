// The hostile messages of tests/browser/hostile, made ready to be sent.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { message } from './mails.mjs';

const bodies = ['scripts', 'mutation', 'requests', 'styles', 'links']; // HTML
const wholes = ['mime']; // messages

/** What a script of an entry does: it tells the page and the trap, and asks a question. No quotes, no blanks. */
const script = (spy) => `top.postMessage({hacked:1},\`*\`);self.hacked=1;fetch(\`${spy}/ran\`);alert(1)`;

/** Puts in what stands in braces, as remarks in the files say. */
function fill(text, spy) {
  return text
    .replace(/\{repeat (\d+) ([^}]*)\}/g, (_, times, what) => what.repeat(Number(times)))
    .replaceAll('{run}', script(spy))
    .replaceAll('{spy}', spy)
    .replaceAll('{host}', new URL(spy).host)
    .replace(/\{x([0-9a-f]{2})\}/g, (_, octet) => String.fromCharCode(parseInt(octet, 16)));
}

/** The entries of a file, each character an octet. An address in them leads to the trap, and names the entry. */
function entriesOf(file, trap) {
  const text = readFileSync(fileURLToPath(new URL(`../hostile/${file}.txt`, import.meta.url)), 'latin1');
  const entries = text.split(/^== /m).slice(1);
  return entries.map((entry, number) => {
    const end = entry.indexOf('\n');
    const name = `${file}: ${Buffer.from(entry.slice(0, end), 'latin1').toString('utf8')}`;
    return { name, text: fill(entry.slice(end + 1).replace(/\n$/, ''), `${trap}/${file}/${number}`) };
  });
}

const sender = 'evil@example.net';

/** HTML goes as base64, so that no octet of it is changed on the way. */
function asHtml({ name, text }) {
  const coded = Buffer.from(text, 'latin1').toString('base64').replace(/.{76}/g, '$&\n');
  const raw = `Content-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: base64\n\n${coded}`;
  return { name, mail: message({ name: 'Evil', from: sender, subject: name, body: { raw } }) };
}

/** A whole message: what it does not say itself is put before it. */
function asWhole({ name, text }, to) {
  const own = (field) => new RegExp(`^${field}:`, 'mi').test(text.split('\n\n')[0]);
  const fields = { From: `Evil <${sender}>`, To: to, Subject: name, 'MIME-Version': '1.0' };
  const head = Object.entries(fields).filter(([field]) => !own(field)).map(([field, value]) => `${field}: ${value}\n`);
  return { name, mail: { from: sender, to, data: head.join('') + text } };
}

/** All of them, in order: what each tries, and the message that does. */
export function corpus(trap, to) {
  const html = bodies.flatMap((file) => entriesOf(file, trap).map(asHtml));
  return [...html, ...wholes.flatMap((file) => entriesOf(file, trap).map((entry) => asWhole(entry, to)))];
}
