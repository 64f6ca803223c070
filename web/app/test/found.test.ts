import './somewhere';
import assert from 'node:assert/strict';
import test from 'node:test';
import type { FoundPage, Mailbox, Row } from '../src/lib/types';
import { FoundList, keyOfSearch } from '../src/mail/found';
import { mailboxes } from '../src/mail/mailboxes';
import { noteThread } from '../src/mail/rows';

function row(id: string, thread: string, messages: number, unread = 0, mailbox = '1'): Row {
  const flags = { seen: true, flagged: false, answered: false, draft: false };
  const conversation = { messages, unread, flagged: false, attachments: messages > 1 };
  return { id, mailbox, thread, from: { name: '', address: '' }, subject: '', preview: '', received: '', size: 1, attachments: false, flags, conversation };
}

const page = (items: Row[], total: number | null, nextCursor: string | null = null): FoundPage => ({ items, total, more: false, behind: 0, nextCursor });

/** Answers what is asked with these pages, one by one; returns what was asked. */
function answering(pages: FoundPage[]): string[] {
  const asked: string[] = [];
  globalThis.fetch = ((input: string) => {
    asked.push(input);
    return Promise.resolve(Response.json(pages.shift()));
  }) as typeof fetch;
  return asked;
}

const searchOf = (within: string | null, gathered: boolean, oldestFirst = false) => ({ query: 'word', within, gathered, oldestFirst });

async function loaded(list: FoundList, last = 30): Promise<FoundList> {
  list.want({ first: 0, last });
  while (list.busy.value) await new Promise((resolve) => setTimeout(resolve));
  return list;
}

test('what is found comes as conversations where rows are that', async () => {
  const asked = answering([page([row('9', 'a', 3, 1), row('8', 'b', 1)], 2)]);
  const list = await loaded(new FoundList(searchOf('archive', true)));
  assert.deepEqual(asked, ['/api/v1/messages?q=word&limit=50&in=archive&collapse=thread']);
  assert.deepEqual([list.row(0)?.flags.seen, list.row(0)?.attachments, list.row(1)?.flags.seen], [false, true, true]);
  const single = answering([page([], 0)]);
  await loaded(new FoundList(searchOf(null, false)));
  assert.deepEqual(single, ['/api/v1/messages?q=word&limit=50']);
  assert.notEqual(keyOfSearch(searchOf(null, true)), keyOfSearch(searchOf(null, false)));
});

test('what is found may begin with the oldest', async () => {
  const asked = answering([page([row('8', 'b', 1)], 1)]);
  const list = await loaded(new FoundList(searchOf(null, true, true)));
  assert.deepEqual(asked, ['/api/v1/messages?q=word&limit=50&collapse=thread&sort=received']);
  assert.deepEqual(list.routeTo('8'), { name: 'search', query: 'word', within: null, message: '8', oldestFirst: true });
  assert.notEqual(keyOfSearch(searchOf(null, true, true)), keyOfSearch(searchOf(null, true)));
});

test('rows stand for what was found of their conversations', () => {
  const list = new FoundList(searchOf('archive', true));
  assert.deepEqual(list.named(['9']), { ids: ['9'], query: 'word', in: 'archive', collapse: 'thread' });
  assert.deepEqual(list.allBut(['9']), { query: 'word', in: 'archive', except: ['9'], collapse: 'thread' });
  assert.deepEqual(new FoundList(searchOf(null, true)).named(['9']), { ids: ['9'], query: 'word', collapse: 'thread' });
});

test('single messages stand for themselves', () => {
  const list = new FoundList(searchOf(null, false));
  assert.deepEqual(list.named(['9']), { ids: ['9'] });
  assert.deepEqual(list.allBut(['9']), { query: 'word', except: ['9'] });
});

test('a row whose message went is shown by the next, or goes', async () => {
  answering([page([row('9', 'a', 2), row('8', 'b', 1), row('7', 'c', 1)], 3)]);
  const list = await loaded(new FoundList(searchOf(null, true)));
  answering([page([row('7', 'c', 1), row('3', 'a', 1)], 2)]);
  assert.equal(await list.refresh({ first: 0, last: 3 }), 1, 'the first one is below the third now');
  assert.equal(list.total.value, 2);
  assert.deepEqual([list.row(0)?.id, list.row(1)?.id, list.row(2)], ['7', '3', undefined]);
});

test('what lies aside is not in the row of the rest', async () => {
  const box = (id: string, role: Mailbox['role']): Mailbox => ({ id, role, name: role, total: 0, unread: 0, state: '1' });
  mailboxes.value = [box('1', 'inbox'), box('2', 'trash'), box('3', 'sent')];
  answering([page([row('9', 'a', 2), row('8', 'a', 2, 0, '2')], 2)]);
  const list = await loaded(new FoundList(searchOf(null, true)));
  noteThread({ id: '5', mailbox: '3', thread: 'a' });
  noteThread({ id: '4', mailbox: '2', thread: 'a' });
  assert.deepEqual([list.indexOf('5'), list.indexOf('4')], [0, 1]);
  mailboxes.value = null;
});
