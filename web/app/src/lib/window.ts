/** A range of rows, `last` exclusive. */
export interface Range {
  first: number;
  last: number;
}

export interface View {
  scroll: number; // px above the view
  height: number; // px of the view
  row: number; // px of each row
  total: number; // rows in the whole list
}

export const overscan = 12; // rows kept beyond each edge, so that scrolling shows no gap
export const mostRows = 110; // rows in the DOM, whatever the height of the view
export const chunk = 50; // rows fetched together

const clamp = (value: number, low: number, high: number) => Math.min(Math.max(value, low), high);

/** The rows to have in the DOM: those in view and some beyond. */
export function visibleRange(view: View): Range {
  if (view.total <= 0 || view.row <= 0) return { first: 0, last: 0 };
  const top = clamp(Math.floor(view.scroll / view.row), 0, view.total - 1);
  const shown = Math.max(1, Math.ceil(view.height / view.row) + 1);
  const spare = Math.max(0, Math.min(overscan, Math.floor((mostRows - shown) / 2)));
  const first = Math.max(0, top - spare);
  return { first, last: Math.min(view.total, top + Math.min(shown, mostRows) + spare) };
}

/** The chunks that hold these rows, by the position of their first row. */
export function chunksOf(range: Range): number[] {
  const result: number[] = [];
  for (let at = Math.floor(range.first / chunk) * chunk; at < range.last; at += chunk) result.push(at);
  return result;
}

/** Where to scroll so that row `index` is wholly in view; the same when it is. */
export function scrollToShow(view: View, index: number): number {
  const top = index * view.row;
  if (top < view.scroll) return top;
  if (top + view.row > view.scroll + view.height) return Math.max(0, top + view.row - view.height);
  return view.scroll;
}

/** Where to scroll after rows came or went above, so that what was in view stays there. */
export function keepInPlace(scroll: number, row: number, before: number, after: number): number {
  return Math.max(0, scroll + (after - before) * row);
}
