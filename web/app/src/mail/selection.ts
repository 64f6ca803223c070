import { computed, signal } from '@preact/signals';
import { onEnd } from '../lib/session';
import type { Row } from '../lib/types';
import type { RowList } from './rows';

/** Rows that are checked. `all`: the whole list, also what was never fetched, but `ids`. */
export interface Selection {
  all: boolean;
  ids: ReadonlySet<string>;
}

const nothing: Selection = { all: false, ids: new Set() };

export const selection = signal<Selection>(nothing);

/** Whether anything is. */
export const selecting = computed(() => selection.value.all || selection.value.ids.size > 0);

let anchor = 0; // where a range begins, by position

export const isChecked = (row: Row): boolean => selection.value.ids.has(row.id) !== selection.value.all;

export function clearSelection(): void {
  if (selecting.peek()) selection.value = nothing;
}

/** How many rows are checked. */
export function countChecked(list: RowList): number {
  const { all, ids } = selection.value;
  return all ? Math.max(0, (list.total.value ?? 0) - ids.size) : ids.size;
}

function check(rows: Row[], wanted: boolean): void {
  const { all, ids } = selection.value;
  const next = new Set(ids);
  for (const row of rows) {
    if (wanted !== all) next.add(row.id);
    else next.delete(row.id);
  }
  selection.value = { all, ids: next };
}

export function toggleChecked(list: RowList, index: number): void {
  const row = list.row(index);
  if (!row) return;
  anchor = index;
  check([row], !isChecked(row));
}

/** Checks the rows from the last one that was checked by itself to this one, as far as they are known. */
export function checkTo(list: RowList, index: number): void {
  const rows: Row[] = [];
  for (let at = Math.min(anchor, index); at <= Math.max(anchor, index); at++) {
    const row = list.row(at);
    if (row) rows.push(row);
  }
  check(rows, true);
}

/** Where a range begins, when nothing is checked yet. */
export function startRange(index: number): void {
  if (!selecting.peek()) anchor = index;
}

export function toggleAll(): void {
  selection.value = selection.value.all && selection.value.ids.size === 0 ? nothing : { all: true, ids: new Set() };
}

onEnd(clearSelection);
