import { signal } from '@preact/signals';

export interface Action {
  label: string;
  run: () => void;
  passed?: () => void; // what happens once it is not offered any more
}

export interface Notice {
  id: number;
  text: string;
  action: Action | null;
}

/** Shown at the bottom left, and read out. */
export const notices = signal<Notice[]>([]);

const most = 3;
const usual = 8000; // ms
const withAction = 10_000; // ms: there is something to decide

let next = 1;
const timers = new Map<number, { timer: ReturnType<typeof setTimeout> | undefined; stay: number }>();

export function notify(text: string, action: Action | null = null): number {
  const id = next++;
  const kept = notices.value.filter((notice) => notice.text !== text || notice.action !== null);
  for (const old of kept.slice(0, Math.max(0, kept.length + 1 - most))) dismiss(old.id);
  notices.value = [...notices.value.filter((notice) => kept.includes(notice)), { id, text, action }];
  timers.set(id, { timer: undefined, stay: action ? withAction : usual });
  release(id);
  return id;
}

/** It stays while somebody is at it. */
export function hold(id: number): void {
  clearTimeout(timers.get(id)?.timer);
}

export function release(id: number): void {
  const entry = timers.get(id);
  if (!entry) return;
  clearTimeout(entry.timer);
  entry.timer = setTimeout(() => dismiss(id), entry.stay);
}

function take(id: number): Notice | undefined {
  clearTimeout(timers.get(id)?.timer);
  timers.delete(id);
  const notice = notices.value.find((one) => one.id === id);
  notices.value = notices.value.filter((one) => one !== notice);
  return notice;
}

export function dismiss(id: number): void {
  take(id)?.action?.passed?.();
}

export function act(notice: Notice): void {
  take(notice.id)?.action?.run();
}

/** Does what the newest notice offers; false when none does. */
export function actOnNewest(): boolean {
  const newest = notices.value.filter((notice) => notice.action).pop();
  if (newest) act(newest);
  return newest !== undefined;
}
