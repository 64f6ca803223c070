import assert from 'node:assert/strict';
import test, { beforeEach, mock } from 'node:test';
import { answer, createDraft } from '../src/compose/client';
import { copiesOf } from '../src/compose/copy';
import { blank, saveAfter, Writing } from '../src/compose/writing';
import { FakeDrafts } from './fake-drafts';

const account = 'alice@example.org';
const ada = { name: 'Ada', address: 'ada@example.org' };
let server: FakeDrafts;

beforeEach(() => {
  server = new FakeDrafts();
  server.install();
});

const only = () => [...server.drafts.values()][0];

async function written(fields: Partial<typeof blank>): Promise<Writing> {
  const one = new Writing(account);
  one.change(fields);
  await one.save();
  return one;
}

test('what is typed is saved once it pauses, not at every key', async () => {
  const real = globalThis.setTimeout;
  const waiting = new Map<number, () => void>();
  const clear = mock.method(globalThis, 'clearTimeout', (timer: number) => waiting.delete(timer));
  const set = mock.method(globalThis, 'setTimeout', ((action: () => void, after: number) => {
    assert.equal(after, saveAfter);
    waiting.set(waiting.size + 1, action);
    return waiting.size;
  }) as unknown as typeof real);
  try {
    const one = new Writing(account);
    one.change({ text: 'H' });
    one.change({ text: 'Hello' });
    assert.deepEqual(server.requests(), []);
    assert.equal(one.saved.value, 'waiting');
    assert.equal(waiting.size, 1, 'a key starts the pause anew');
    for (const action of waiting.values()) action();
    await one.save();
    assert.deepEqual(server.requests(), ['POST /drafts']);
    assert.equal(only()?.text, 'Hello');
    assert.equal(one.saved.value, 'saved');
  } finally {
    set.mock.restore();
    clear.mock.restore();
  }
});

test('later saves change the same draft, from the state they know', async () => {
  const one = await written({ text: 'a' });
  const state = only()?.state;
  one.change({ text: 'ab' });
  await Promise.all([one.save(), one.save()]);
  assert.deepEqual(server.requests(), ['POST /drafts', `PUT /drafts/${only()?.id}`]);
  assert.equal(server.asked[1]?.headers['If-Match'], `"${state}"`);
});

test('a key pressed while it is saved is not lost', async () => {
  const one = new Writing(account);
  one.change({ text: 'a' });
  const first = one.save();
  await Promise.resolve();
  one.change({ text: 'ab' });
  await first;
  await one.save();
  assert.equal(only()?.text, 'ab');
  assert.equal(one.saved.value, 'saved');
});

test('the tab keeps a copy until the server has the words', async () => {
  server.away = true;
  const one = await written({ text: 'precious' });
  assert.equal(one.saved.value, 'failed');
  assert.match(one.trouble.value ?? '', /cannot be reached/);
  const [copy] = copiesOf(account);
  assert.equal(copy?.fields.text, 'precious');
  assert.deepEqual(copiesOf('bob@example.org'), []);

  server.away = false;
  assert.ok(copy);
  const after = new Writing(account, copy); // as after a reload
  await after.save();
  assert.equal(only()?.text, 'precious');
  assert.equal(after.trouble.value, null);
  await after.close();
  assert.deepEqual(copiesOf(account), []);
});

test('a draft that was begun, and its answer lost, is begun once', async () => {
  server.deaf = true;
  await written({ text: 'precious' });
  server.deaf = false;
  const [copy] = copiesOf(account);
  assert.ok(copy && !copy.draft);
  const after = new Writing(account, copy); // as after a reload
  after.change({ text: 'precious, and more' });
  await after.save();
  assert.equal(server.drafts.size, 1);
  assert.equal(only()?.text, 'precious, and more');
  assert.equal(after.saved.value, 'saved');
});

test('words that were saved, and the answer lost, are no conflict with those written since', async () => {
  const one = await written({ text: 'a' });
  server.deaf = true;
  one.change({ text: 'ab' });
  await one.save();
  server.deaf = false;
  const again = one.save();
  one.change({ text: 'abc' });
  await again;
  assert.equal(one.theirs.value, null);
  await one.save();
  assert.equal(only()?.text, 'abc');
});

test('an ended session is told, and saving goes on after it', async () => {
  server.signedOut = true;
  const one = await written({ text: 'precious' });
  assert.match(one.trouble.value ?? '', /session has ended/);
  server.signedOut = false;
  await one.retry();
  assert.equal(only()?.text, 'precious');
  assert.equal(one.saved.value, 'saved');
});

test('both versions are there when it was changed elsewhere', async () => {
  for (const mine of [true, false]) {
    const one = await written({ text: 'from here' });
    const id = one.draft.value?.id ?? '';
    server.changeElsewhere(id, { text: 'from there' });
    one.change({ text: 'from here too' });
    await one.save();
    assert.equal(one.theirs.value?.text, 'from there');
    const asked = server.asked.length;
    await one.save(); // nothing is saved until somebody chose
    assert.equal(server.asked.length, asked);
    assert.equal(server.drafts.get(id)?.text, 'from there');
    one.settle(mine);
    await one.save();
    const kept = mine ? 'from here too' : 'from there';
    assert.equal(server.drafts.get(id)?.text, kept);
    assert.equal(one.fields.value.text, kept);
    assert.equal(one.saved.value, 'saved');
  }
});

test('the same words saved elsewhere are no conflict', async () => {
  const one = await written({ text: 'a' });
  server.changeElsewhere(one.draft.value?.id ?? '', { text: 'b' });
  one.change({ text: 'b' });
  await one.save();
  assert.equal(one.theirs.value, null);
  assert.equal(one.saved.value, 'saved');
});

test('a draft that was deleted elsewhere becomes a new one', async () => {
  const one = await written({ text: 'a' });
  server.drafts.clear();
  one.change({ text: 'ab' });
  await one.save();
  assert.equal(only()?.text, 'ab');
});

test('sending saves first, and sends the state that was saved', async () => {
  const one = new Writing(account);
  one.change({ to: [ada], text: 'Hello' });
  const sent = await one.send();
  assert.equal(sent?.id, '7');
  const id = only()?.id;
  assert.deepEqual(server.requests(), ['POST /drafts', `POST /drafts/${id}/send`]);
  assert.equal(server.asked[1]?.headers['If-Match'], `"${only()?.state}"`);
  assert.deepEqual(copiesOf(account), []);
});

test('nobody to send to is a fault of To, and nothing is asked', async () => {
  const one = new Writing(account);
  one.change({ text: 'Hello' });
  assert.equal(await one.send(), null);
  assert.equal(one.faults.value[0]?.pointer, '/to');
  assert.equal(one.sending.value, 'no');
  one.change({ cc: [ada] });
  assert.deepEqual(one.faults.value, []);
});

test('faults that the server finds are shown where they are', async () => {
  server.refuse = { path: /send$/, status: 400, problem: { errors: [{ pointer: '/to/0/address', detail: 'There is nobody of that name here.' }] } };
  const one = new Writing(account);
  one.change({ to: [ada] });
  assert.equal(await one.send(), null);
  assert.deepEqual(one.faults.value.map((fault) => fault.detail), ['There is nobody of that name here.']);
  assert.equal(one.sending.value, 'no');
  one.change({ to: [] });
  assert.deepEqual(one.faults.value, []);
});

test('away, sending waits and then sends once', async () => {
  const one = await written({ to: [ada], text: 'Hello' });
  server.away = true;
  assert.equal(await one.send(), null);
  assert.equal(one.sending.value, 'waits');
  assert.equal(one.trouble.value, null);
  const key = server.asked.at(-1)?.headers['Idempotency-Key'];
  server.away = false;
  const sent = await one.retry();
  assert.equal(sent?.id, '7');
  assert.equal(server.asked.at(-1)?.headers['Idempotency-Key'], key, 'the same message has the same key');
});

test('away with words that are not saved, sending waits too', async () => {
  server.away = true;
  const one = new Writing(account);
  one.change({ to: [ada], text: 'Hello' });
  assert.equal(await one.send(), null);
  assert.equal(one.sending.value, 'waits');
  server.away = false;
  assert.equal((await one.retry())?.id, '7');
  assert.equal(only()?.text, 'Hello');
});

test('what changed after a try is another message', async () => {
  server.refuse = { path: /send$/, status: 503, problem: {} };
  const one = await written({ to: [ada], text: 'Hello' });
  await one.send();
  const key = server.asked.at(-1)?.headers['Idempotency-Key'];
  assert.match(one.trouble.value ?? '', /503/);
  server.refuse = null;
  one.change({ text: 'Hello again' });
  await one.send();
  assert.notEqual(server.asked.at(-1)?.headers['Idempotency-Key'], key);
});

test('an answer that nobody wrote in leaves no draft', async () => {
  const one = new Writing(account, await answer('33', 'reply'), true);
  assert.ok(one.empty);
  await one.close();
  assert.equal(server.drafts.size, 0);

  const other = new Writing(account, await answer('33', 'reply'), true);
  other.change({ text: 'Yes.' });
  await other.close();
  assert.equal(only()?.text, 'Yes.');
});

test('an older draft stays when it is only looked at', async () => {
  const { draft } = await createDraft({ ...blank, text: 'a' }, 'k');
  await new Writing(account, draft).close();
  assert.equal(server.drafts.size, 1);
  assert.deepEqual(server.requests(), ['POST /drafts']);
});

test('closing an empty one asks nothing of the server', async () => {
  await new Writing(account).close();
  assert.deepEqual(server.requests(), []);
});

test('closing says when the words are not saved', async () => {
  server.away = true;
  const one = new Writing(account);
  one.change({ text: 'precious' });
  await assert.rejects(one.close(), /cannot be reached/);
  assert.equal(copiesOf(account)[0]?.fields.text, 'precious');
  server.away = false;
  await one.close();
  assert.equal(only()?.text, 'precious');
});

test('what is discarded comes back until it is removed', async () => {
  const one = await written({ text: 'a' });
  one.change({ text: 'ab' });
  one.pause();
  assert.deepEqual(copiesOf(account), []);
  one.resume();
  await one.save();
  assert.equal(only()?.text, 'ab');
  await one.remove();
  assert.equal(server.drafts.size, 0);
});

test('what a message begins with is not worth a draft by itself', async () => {
  const one = new Writing(account);
  one.begin({ from: { name: 'Alice', address: account }, text: '\n\n-- \nAlice\n' });
  assert.equal(one.empty, true);
  await one.close();
  assert.deepEqual(server.requests(), []);

  const two = await written({ text: 'a' });
  two.begin({ text: 'b' });
  assert.equal(two.fields.value.text, 'a', 'somebody has written in it');
});

test('an answer is sent with what it began with', async () => {
  const one = new Writing(account, await answer('7', 'reply'), true);
  one.begin({ text: `\n\n-- \nAlice\n${one.fields.value.text}` });
  assert.equal(one.dirty, true);
  one.change({ to: [ada] });
  await one.send();
  assert.match(only()?.text ?? '', /^\n\n-- \nAlice\n/);
});
