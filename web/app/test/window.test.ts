import assert from 'node:assert/strict';
import test from 'node:test';
import { chunk, chunksOf, keepInPlace, mostRows, scrollToShow, visibleRange } from '../src/lib/window';

const view = (scroll: number, total: number, height = 640, row = 64) => ({ scroll, height, row, total });

test('nothing to show is an empty range', () => {
  assert.deepEqual(visibleRange(view(0, 0)), { first: 0, last: 0 });
  assert.deepEqual(visibleRange({ scroll: 0, height: 0, row: 0, total: 10 }), { first: 0, last: 0 });
});

test('a short list is whole', () => {
  assert.deepEqual(visibleRange(view(0, 5)), { first: 0, last: 5 });
});

test('rows beyond each edge are kept, and no more', () => {
  assert.deepEqual(visibleRange(view(0, 100_000)), { first: 0, last: 23 });
  assert.deepEqual(visibleRange(view(6400, 100_000)), { first: 88, last: 123 });
  assert.deepEqual(visibleRange(view(64 * 100_000, 100_000)), { first: 99_987, last: 100_000 });
  assert.deepEqual(visibleRange(view(-500, 100)), { first: 0, last: 23 });
});

test('what is in view is always in the range, and the range is bounded', () => {
  for (const height of [0, 1, 63, 64, 65, 640, 2000, 9000, 100_000]) {
    for (const scroll of [0, 1, 63, 64, 1000, 6_399_936]) {
      const { first, last } = visibleRange(view(scroll, 100_000, height));
      assert.ok(last - first <= mostRows, `${height} ${scroll}: ${last - first}`);
      assert.ok(first <= Math.floor(scroll / 64), `${height} ${scroll}`);
      if (height <= 64 * 100) assert.ok(last >= Math.min(100_000, Math.ceil((scroll + height) / 64)), `${height} ${scroll}`);
    }
  }
});

test('chunks cover a range', () => {
  assert.deepEqual(chunksOf({ first: 0, last: 0 }), []);
  assert.deepEqual(chunksOf({ first: 0, last: 1 }), [0]);
  assert.deepEqual(chunksOf({ first: chunk - 1, last: chunk + 1 }), [0, chunk]);
  assert.deepEqual(chunksOf({ first: 2 * chunk, last: 3 * chunk }), [2 * chunk]);
});

test('a row is scrolled to only when it is not wholly in view', () => {
  assert.equal(scrollToShow(view(640, 100), 10), 640);
  assert.equal(scrollToShow(view(640, 100), 19), 640);
  assert.equal(scrollToShow(view(640, 100), 9), 576);
  assert.equal(scrollToShow(view(640, 100), 20), 704);
  assert.equal(scrollToShow(view(650, 100), 10), 640);
});

test('rows that come above push the view down by as much', () => {
  assert.equal(keepInPlace(640, 64, 0, 3), 832);
  assert.equal(keepInPlace(640, 64, 3, 0), 448);
  assert.equal(keepInPlace(64, 64, 3, 0), 0);
});
