import assert from 'node:assert/strict';
import test from 'node:test';
import { Arrivals } from '../src/lib/arrivals';
import type { Row } from '../src/lib/types';

const began = Date.parse('2025-11-25T12:00:00Z');

function row(id: string, change: Partial<Row> = {}): Row {
  const flags = { seen: false, flagged: false, answered: false, draft: false };
  return { id, mailbox: '1', thread: id, from: { name: '', address: '' }, subject: '', preview: '', received: '2025-11-25T12:00:05Z', size: 1, attachments: false, flags, ...change };
}

test('what comes to the Inbox unread is told once', () => {
  const arrivals = new Arrivals(began);
  assert.equal(arrivals.isNew(row('1'), '1'), true);
  assert.equal(arrivals.isNew(row('1'), '1'), false, 'it was starred meanwhile');
  assert.equal(arrivals.isNew(row('2'), '1'), true);
});

test('what is no news is not told', () => {
  const arrivals = new Arrivals(began);
  assert.equal(arrivals.isNew(row('1', { mailbox: '2' }), '1'), false, 'in another mailbox');
  assert.equal(arrivals.isNew(row('1'), undefined), false, 'which mailbox is the Inbox is not known yet');
  assert.equal(arrivals.isNew(row('2', { flags: { seen: true, flagged: false, answered: false, draft: false } }), '1'), false);
  assert.equal(arrivals.isNew(row('3', { received: '2025-11-25T11:00:00Z' }), '1'), false, 'marked as unread, long after it came');
});
