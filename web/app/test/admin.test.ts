import assert from 'node:assert/strict';
import test from 'node:test';
import { addressesIn, duration, lastDay, quotaOf } from '../src/admin/words';

test('an alias that ends with a day says that day', () => {
  assert.equal(lastDay('2027-01-01T00:00:00Z'), '2026-12-31');
  assert.equal(lastDay('2026-12-31T18:00:00Z'), '2026-12-31');
  assert.equal(lastDay(null), '');
});

test('addresses may be parted in several ways', () => {
  assert.deepEqual(addressesIn(' a@example.org, b@example.org;c@example.org\n'), ['a@example.org', 'b@example.org', 'c@example.org']);
  assert.deepEqual(addressesIn(' '), []);
});

test('a quota is entered in MB', () => {
  assert.equal(quotaOf('500'), 500_000_000);
  assert.equal(quotaOf('1,5'), 1_500_000);
  assert.equal(quotaOf(''), 0);
  assert.equal(quotaOf(undefined), 0);
  for (const text of ['-1', 'lots', '1e999']) assert.throws(() => quotaOf(text), /number of MB/, text);
});

test('how long it is up is said as people would', () => {
  assert.equal(duration(60), '1 minute');
  assert.equal(duration(7 * 3600 + 59), '7 hours');
  assert.equal(duration(9 * 86_400), '9 days');
});
