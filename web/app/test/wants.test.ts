import assert from 'node:assert/strict';
import test from 'node:test';
import { Wants } from '../src/lib/wants';

type Topic = 'queue' | 'log';

test('what all tabs want is asked for, and that it is no more so is told once', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  let told = 0;
  const wants = new Wants<Topic>(() => ++told);
  assert.equal(wants.ask(), '');
  wants.note('a', ['queue']);
  wants.note('b', ['queue', 'log']);
  t.mock.timers.tick(50);
  assert.equal(told, 1);
  assert.equal(wants.ask(), 'log,queue');

  wants.note('b', []);
  wants.note('c', ['log']); // another page of it came
  t.mock.timers.tick(50);
  assert.equal(told, 1, 'nothing is different');

  wants.note('c', []);
  t.mock.timers.tick(50);
  assert.equal(told, 2);
  assert.equal(wants.ask(), 'queue');
});

test('a tab that says nothing any more is forgotten, and so are all that get nothing', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  const wants = new Wants<Topic>(() => {});
  wants.note('a', ['queue']);
  t.mock.timers.tick(180_000);
  assert.equal(wants.ask(), 'queue');
  t.mock.timers.tick(1);
  assert.equal(wants.ask(), '');
  wants.note('a', ['log']);
  wants.forget();
  assert.equal(wants.ask(), '');
});
