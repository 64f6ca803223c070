import assert from 'node:assert/strict';
import test from 'node:test';
import { linkify, quoteBlocks } from '../src/lib/links';

const links = (text: string) => linkify(text).flatMap((piece) => (piece.href ? [piece.href] : []));

test('finds addresses and leaves the sentence alone', () => {
  const cases: [string, string[]][] = [
    ['nothing here', []],
    ['see https://example.org/a?b=c#d.', ['https://example.org/a?b=c#d']],
    ['(see https://example.org/)', ['https://example.org/']],
    ['https://en.wikipedia.org/wiki/Pillar_(box)', ['https://en.wikipedia.org/wiki/Pillar_(box)']],
    ['<https://example.org/>', ['https://example.org/']],
    ['www.example.org!', ['https://www.example.org']],
    ['write to ada@example.org, please', ['mailto:ada@example.org']],
    ['javascript:alert(1) data:text/html,x ftp://x.org file:///etc', []],
    ['HTTP://EXAMPLE.ORG', ['HTTP://EXAMPLE.ORG']],
  ];
  for (const [text, found] of cases) assert.deepEqual(links(text), found, text);
});

test('the pieces are the text', () => {
  const text = 'a https://x.org/ b\n> www.y.org c@d.org. é';
  assert.equal(linkify(text).map((piece) => piece.text).join(''), text);
});

test('is linear enough for a long text', () => {
  const started = Date.now();
  linkify('a.'.repeat(200_000));
  linkify('https://x.org/((((((((' + '('.repeat(2000) + ' ');
  assert.ok(Date.now() - started < 3000);
});

test('quoted lines are set apart', () => {
  assert.deepEqual(quoteBlocks('a\n> b\n>> c\nd'), [
    { quoted: false, lines: ['a'] },
    { quoted: true, lines: ['> b', '>> c'] },
    { quoted: false, lines: ['d'] },
  ]);
});
