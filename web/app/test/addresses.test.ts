import assert from 'node:assert/strict';
import test from 'node:test';
import { formatPerson, isAddress, parsePeople } from '../src/lib/addresses';

test('what is typed or pasted becomes people', () => {
  const cases: [string, string[]][] = [
    ['', []],
    ['ada@example.org', ['|ada@example.org']],
    ['Ada Lovelace <ada@example.org>', ['Ada Lovelace|ada@example.org']],
    ['"Lovelace, Ada" <ada@example.org>', ['Lovelace, Ada|ada@example.org']],
    ['"The \\"Countess\\"" <ada@example.org>', ['The "Countess"|ada@example.org']],
    ['ada@example.org, Grace <grace@example.org>; ewd@example.org', ['|ada@example.org', 'Grace|grace@example.org', '|ewd@example.org']],
    ['ada@example.org grace@example.org', ['|ada@example.org', '|grace@example.org']],
    ['ada@example.org\ngrace@example.org\r\n', ['|ada@example.org', '|grace@example.org']],
    ['mailto:ada@example.org', ['|ada@example.org']],
    ['Jürgen Groß <jürgen@grüße.example>', ['Jürgen Groß|jürgen@grüße.example']],
    ['Ada', ['|Ada']],
    ['"never closed\nada@example.org', ['|"never closed', '|ada@example.org']],
    ['<ada@example.org>', ['|ada@example.org']],
    [' , ;; ', []],
  ];
  for (const [text, people] of cases)
    assert.deepEqual(parsePeople(text).map(({ name, address }) => `${name}|${address}`), people, text);
});

test('people are written so that they are read again', () => {
  for (const person of [
    { name: '', address: 'ada@example.org' },
    { name: 'Ada Lovelace', address: 'ada@example.org' },
    { name: 'Lovelace, Ada "Countess" \\', address: 'ada@example.org' },
    { name: 'a@b; c', address: 'ada@example.org' },
    { name: 'Jürgen', address: 'j@example.org' },
  ])
    assert.deepEqual(parsePeople(formatPerson(person)), [person]);
});

test('an address is told from a name', () => {
  for (const text of ['ada@example.org', 'a.b+c@localhost', '"a b"@example.org', 'jürgen@grüße.example', 'x@[192.0.2.1]', "o'neil@example.org"]) assert.ok(isAddress(text), text);
  for (const text of ['', 'ada', '@example.org', 'ada@', 'a b@example.org', 'ada@exa mple.org', 'ada@example..org', 'ada@.org', 'ada@example.org.', 'a@b@c d', 'a,b@example.org', '<ada@example.org>', `${'x'.repeat(250)}@example.org`]) assert.ok(!isAddress(text), text);
});
