import { useComputed, useSignal, useSignalEffect } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { go, remember, remembered, route } from '../lib/navigation';
import { messageOf } from '../lib/router';
import { narrow, rowHeight } from '../lib/screen';
import type { Row } from '../lib/types';
import { chunk, keepInPlace, scrollToShow, visibleRange } from '../lib/window';
import { FoundList } from './found';
import { nameOfMailbox } from './mailboxes';
import { isDraft, openRow } from './open';
import { MessageRow } from './row';
import type { RowList } from './rows';
import { checkTo, isChecked, selecting, startRange, toggleChecked } from './selection';
import { current, inView, opened, shifted } from './state';

/** Moves the keyboard to a row; the pane brings it into view. */
export const focusRequest: { at: number | null } = { at: null };

/** The rows that are in view, and no others. */
export function Grid({ list, onStar }: { list: RowList; onStar: (row: Row) => void }) {
  const view = useRef<HTMLDivElement>(null);
  const scroll = useSignal(remembered());
  const height = useSignal(600);
  const row = rowHeight.value;
  const total = list.total.value ?? 0;
  // Before the first answer there are as many rows as it takes to be where Back or a reload left the list.
  const rows = useComputed(() => list.total.value ?? chunk + Math.ceil((scroll.value + height.value) / rowHeight.value));
  const range = useComputed(() => visibleRange({ scroll: scroll.value, height: height.value, row: rowHeight.value, total: rows.value }));

  useLayoutEffect(() => {
    const element = view.current;
    if (!element) return;
    element.scrollTop = scroll.peek();
    const observer = new ResizeObserver(() => (height.value = element.clientHeight));
    observer.observe(element);
    height.value = element.clientHeight;
    let waiting = 0;
    const onScroll = () => {
      scroll.value = element.scrollTop;
      clearTimeout(waiting);
      waiting = window.setTimeout(() => remember(element.scrollTop), 200);
    };
    element.addEventListener('scroll', onScroll, { passive: true });
    return () => {
      clearTimeout(waiting);
      observer.disconnect();
      element.removeEventListener('scroll', onScroll);
    };
  }, []);

  useSignalEffect(() => {
    inView.value = range.value;
    list.version.value;
    list.want(range.value);
  });

  // New rows above: what is being read stays where it is, unless that is the top.
  useSignalEffect(() => {
    const moved = shifted.value;
    const element = view.current;
    if (moved === 0 || !element) return;
    shifted.value = 0;
    if (element.scrollTop > rowHeight.value / 2) element.scrollTop = keepInPlace(element.scrollTop, rowHeight.value, 0, moved);
  });

  const show = (index: number) => {
    const element = view.current;
    if (!element) return;
    element.scrollTop = scrollToShow({ scroll: element.scrollTop, height: element.clientHeight, row: rowHeight.value, total }, index);
    scroll.value = element.scrollTop;
  };

  useEffect(() => {
    if (focusRequest.at === null) return;
    const index = focusRequest.at;
    focusRequest.at = null;
    show(index);
    requestAnimationFrame(() => view.current?.querySelector<HTMLElement>(`[data-index="${index}"]`)?.focus({ preventScroll: true }));
  });

  const open = (index: number, event: MouseEvent) => {
    if (event.shiftKey) {
      startRange(current.value);
      checkTo(list, index);
    } else if (event.ctrlKey || event.metaKey) toggleChecked(list, index);
    if (event.shiftKey || event.ctrlKey || event.metaKey) return;
    current.value = index;
    const message = list.row(index);
    if (message) openRow(list, message);
  };

  const check = (index: number, range: boolean) => {
    if (range) checkTo(list, index);
    else toggleChecked(list, index);
    current.value = index;
  };

  const onKey = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget && (event.target as Element).getAttribute('role') !== 'row') return;
    const page = Math.max(1, Math.floor(height.value / row) - 1);
    const to = { Home: 0, End: total - 1, PageDown: current.value + page, PageUp: current.value - page }[event.key];
    if (to === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    moveTo(list, to);
  };

  const onFocus = (event: FocusEvent) => {
    const index = (event.target as HTMLElement).dataset['index'];
    if (index !== undefined) current.value = Number(index);
  };

  list.version.value; // drawn again when a row comes
  const selected = messageOf(route.value);
  opened.value; // of which conversation it is, is known when it is there
  const selectedAt = selected === null ? -1 : list.indexOf(selected);
  const everywhere = list instanceof FoundList;
  const indexes: number[] = [];
  for (let i = range.value.first; i < range.value.last; i++) indexes.push(i);
  const focusable = Math.min(Math.max(0, total - 1), current.value);
  // The row that has the keyboard stays in the page, or Tab would find no way in.
  if (total > 0 && !indexes.includes(focusable)) indexes.push(focusable);

  return (
    <div class="grid-view" ref={view} id="messages" tabIndex={-1}>
      <div
        role="grid"
        aria-label="Messages"
        aria-rowcount={list.total.value ?? -1}
        aria-busy={list.busy.value}
        aria-multiselectable="true"
        class="grid"
        style={{ height: `${rows.value * row}px` }}
        onKeyDown={onKey}
        onFocusIn={onFocus}
      >
        {indexes.map((index) => {
          const message = list.row(index);
          return (
            <MessageRow
              key={index}
              index={index}
              top={index * row}
              row={message}
              place={everywhere && message ? nameOfMailbox(message.mailbox) : ''}
              focusable={index === focusable}
              opened={index === selectedAt}
              checked={message !== undefined && isChecked(message)}
              selecting={selecting.value}
              onOpen={open}
              onCheck={check}
              onStar={onStar}
            />
          );
        })}
      </div>
    </div>
  );
}

/** Moves to a row; beside the list, it opens too when a message is open already or `open` says so. */
export function moveTo(list: RowList, index: number, open = false): void {
  const total = list.total.value ?? 0;
  if (total === 0) return;
  const to = Math.min(Math.max(0, index), total - 1);
  focusRequest.at = to;
  current.value = to;
  const message = list.row(to);
  if (open && message && !narrow.value && !isDraft(message)) go(list.routeTo(message.id), messageOf(route.value) !== null);
  list.version.value++; // draws the grid, which then takes up the request
}
