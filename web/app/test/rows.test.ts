import './somewhere';
import assert from 'node:assert/strict';
import test from 'node:test';
import type { Route } from '../src/lib/router';
import type { Row } from '../src/lib/types';
import { messagesOf, noteThread, RowList } from '../src/mail/rows';

/** A list that has what it is given. */
class Given extends RowList {
  readonly key = 'given';
  readonly gathered = true;

  constructor(items: Row[]) {
    super();
    this.put(0, items, items.length, true);
  }
  routeTo(message: string | null): Route {
    return { name: 'mail', mailbox: 'inbox', message };
  }
  want(): void {}
  refresh(): Promise<number> {
    return Promise.resolve(0);
  }
  changed(): boolean {
    return false;
  }
  stop(): void {}
  allBut(ids: string[]): object {
    return { except: ids };
  }
  moved(before: number, row: Row): number {
    return this.movedFrom(before, row);
  }
}

function row(id: string, thread: string, messages: number): Row {
  const flags = { seen: false, flagged: false, answered: false, draft: false };
  const conversation = { messages, unread: messages, flagged: false, attachments: false };
  return { id, mailbox: '1', thread, from: { name: '', address: '' }, subject: '', preview: '', received: '', size: 1, attachments: false, flags, conversation };
}

test('a conversation’s row is found by any message of it that was opened', () => {
  const list = new Given([row('9', 'a', 3), row('8', 'b', 1)]);
  assert.equal(list.indexOf('8'), 1);
  assert.equal(list.indexOf('5'), -1);
  noteThread({ id: '5', mailbox: '1', thread: 'a' });
  assert.equal(list.indexOf('5'), 0);
  noteThread({ id: '4', mailbox: '1', thread: 'c' });
  assert.equal(list.indexOf('4'), -1);
});

test('single messages are rows of their own, whatever they answer', () => {
  const { conversation, ...single } = row('9', 'd', 1);
  assert.ok(conversation);
  const list = new Given([single]);
  noteThread({ id: '5', mailbox: '1', thread: 'd' });
  assert.equal(list.indexOf('5'), -1);
  assert.equal(messagesOf(single), 1);
});

test('flags of one message are not those of its conversation', () => {
  const list = new Given([row('9', 'e', 3), row('8', 'f', 1)]);
  list.setFlags('9', { seen: true }, false);
  list.setFlags('8', { seen: true }, false);
  assert.deepEqual([list.row(0)?.flags.seen, list.row(1)?.flags.seen], [false, true]);
  list.setFlags('9', { seen: true }, true);
  assert.equal(list.row(0)?.flags.seen, true);
});

test('a conversation that got another last message is still where it was', () => {
  const before = row('9', 'g', 2);
  const list = new Given([row('12', 'h', 1), row('11', 'g', 3)]);
  assert.equal(list.moved(0, before), 1);
});
