import assert from 'node:assert/strict';
import test from 'node:test';
import { EventReader } from '../src/lib/event-stream';

const stream = 'event: hello\ndata: {"state":"7"}\nid: 7\n\n:\n\nevent: mailbox\ndata: {"id":"1"}\n\nevent: message\ndata: a\ndata:b\nid: 9\n\n';

const expected = [
  { kind: 'hello', data: '{"state":"7"}', id: '7' },
  { kind: 'mailbox', data: '{"id":"1"}', id: null },
  { kind: 'message', data: 'a\nb', id: '9' },
];

test('events come whole, however they are cut', () => {
  for (const text of [stream, stream.replaceAll('\n', '\r\n')]) {
    assert.deepEqual(new EventReader().take(text), expected);
    for (const size of [1, 2, 3, 7]) {
      const reader = new EventReader();
      const got = [];
      for (let at = 0; at < text.length; at += size) got.push(...reader.take(text.slice(at, at + size)));
      assert.deepEqual(got, expected, `pieces of ${size}`);
    }
  }
});

test('what is no event is none', () => {
  assert.deepEqual(new EventReader().take(': comment\n\nevent: x\n\nid: 4\n\nretry: 5\n\nnonsense\n\n'), []);
});
