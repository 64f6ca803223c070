import assert from 'node:assert/strict';
import test from 'node:test';
import { count, initials, shade, size } from '../src/lib/format';
import { isFromFrame, isToFrame } from '../src/frame/protocol';

test('sizes are short', () => {
  const cases: [number, string][] = [[0, '0 B'], [999, '999 B'], [1000, '1.0 kB'], [48_213, '48 kB'], [999_900, '1.0 MB'], [12_000_000, '12 MB'], [3_200_000_000, '3.2 GB']];
  for (const [octets, text] of cases) assert.equal(size(octets), text);
});

test('counts know one from many', () => {
  assert.equal(count(1, 'message'), '1 message');
  assert.equal(count(0, 'message'), '0 messages');
});

test('people have initials and a colour of their own', () => {
  const cases: [string, string, string][] = [['Ada Lovelace', 'a@b', 'AL'], ['', 'grace.hopper@navy.example', 'GH'], ['Plato', 'p@x', 'P'], ['', '', '?'], ['Émile Zola', '', 'ÉZ'], ['"<script>"', 'x@y', 'S']];
  for (const [name, address, letters] of cases) assert.equal(initials(name, address), letters, name);
  assert.equal(shade('ada@example.org'), shade('ada@example.org'));
  assert.ok(shade('x') >= 0 && shade('x') < 8);
});

test('neither side of the frame takes what is not shaped right', () => {
  for (const said of [null, 1, 'ready', {}, { kind: 'height' }, { kind: 'height', height: NaN }, { kind: 'height', height: -1 }, { kind: 'held', count: 1.5 }, { kind: 'key', key: 'x'.repeat(100), shift: false }, { kind: 'other' }])
    assert.equal(isFromFrame(said), false, JSON.stringify(said));
  assert.ok(isFromFrame({ kind: 'height', height: 10 }));
  assert.equal(isToFrame({ kind: 'show', html: 1, pictures: [], remote: false }), false);
  assert.ok(isToFrame({ kind: 'show', html: '', pictures: [], theme: 'light', remote: false }));
});
