import assert from 'node:assert/strict';
import test from 'node:test';
import { indexOfOctet, partsOf, wordEnd } from '../src/lib/query';

test('an offset in octets is found in a text of characters', () => {
  const cases: [string, number, number][] = [
    ['is:x', 0, 0],
    ['is:x', 3, 3],
    ['is:x', 99, 4],
    ['Grüße is:x', 8, 6], // two of the characters before it are two octets
    ['€ is:x', 4, 2],
    ['🚂 is:x', 5, 3], // four octets, two units
    ['', 0, 0],
  ];
  for (const [text, octets, index] of cases) assert.equal(indexOfOctet(text, octets), index, `${text} ${octets}`);
});

test('a word ends at the next space', () => {
  assert.equal(wordEnd('a is:x b', 2), 6);
  assert.equal(wordEnd('is:x', 0), 4);
});

test('a search falls into the conditions that must all hold', () => {
  const cases: [string, string[]][] = [
    ['', []],
    ['  hut ', ['hut']],
    ['hut from:ada', ['hut', 'from:ada']],
    ['"the hut" -subject:"ski trip"', ['"the hut"', '-subject:"ski trip"']],
    ['stove OR pot from:grace', ['stove OR pot', 'from:grace']],
    ['a OR b OR c d', ['a OR b OR c', 'd']],
    ['(a b) OR c d', ['(a b) OR c', 'd']],
    ['OR a', ['OR a']],
    ['"OR" a', ['"OR"', 'a']],
    ['header:X-Mood:"very good" x', ['header:X-Mood:"very good"', 'x']],
  ];
  for (const [query, parts] of cases) assert.deepEqual(partsOf(query).map((part) => part.text), parts, query);
});

test('each condition knows the search without it', () => {
  assert.deepEqual(partsOf('hut from:ada is:unread').map((part) => part.rest), ['from:ada is:unread', 'hut is:unread', 'hut from:ada']);
  assert.deepEqual(partsOf('hut'), [{ text: 'hut', rest: '' }]);
});
