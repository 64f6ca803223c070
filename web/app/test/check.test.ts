import assert from 'node:assert/strict';
import test from 'node:test';
import { faultsAt, faultsOf, faultyPlaces, isBlank, mentionsFile, sameFields } from '../src/compose/check';
import { blank } from '../src/compose/writing';

const ada = { name: 'Ada', address: 'ada@example.org' };
const typo = { name: '', address: 'ada@' };

test('a message needs somebody who can get it', () => {
  assert.deepEqual(faultsOf(blank).map((fault) => fault.pointer), ['/to']);
  assert.deepEqual(faultsOf({ ...blank, bcc: [ada] }), []);
  assert.deepEqual(faultsOf({ ...blank, to: [ada, typo], cc: [typo] }).map((fault) => fault.pointer), ['/to/1/address', '/cc/0/address']);
});

test('faults belong to their field and place', () => {
  const faults = [{ pointer: '/to', detail: 'a' }, { pointer: '/to/2/address', detail: 'b' }, { pointer: '/token', detail: 'c' }];
  assert.deepEqual(faultsAt(faults, 'to').map((fault) => fault.detail), ['a', 'b']);
  assert.deepEqual([...faultyPlaces(faults, 'to')], [2]);
});

test('a promised file is noticed in what the writer says, not in the quote', () => {
  assert.ok(mentionsFile({ ...blank, text: 'The sheet is attached.' }));
  assert.ok(mentionsFile({ ...blank, text: 'See Attachment' }));
  assert.ok(!mentionsFile({ ...blank, text: 'Thanks!\n\n> it is attached' }));
  assert.ok(!mentionsFile({ ...blank, text: 'unattached' }));
});

test('the sender does not make a difference, everything else does', () => {
  assert.ok(isBlank({ ...blank, text: ' \n' }));
  assert.ok(!isBlank({ ...blank, cc: [ada] }));
  assert.ok(sameFields(blank, { ...blank, from: ada }));
  assert.ok(sameFields({ ...blank, text: 'a \nb\n' }, { ...blank, text: 'a\nb' }));
  assert.ok(!sameFields(blank, { ...blank, text: 'x' }));
  assert.ok(!sameFields({ ...blank, to: [ada] }, { ...blank, to: [typo] }));
});
