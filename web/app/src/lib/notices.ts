import { signal } from '@preact/signals';

export interface Notice {
  id: number;
  text: string;
}

/** Shown at the bottom left, and read out. */
export const notices = signal<Notice[]>([]);

let next = 1;

export function notify(text: string): void {
  const id = next++;
  notices.value = [...notices.value.filter((notice) => notice.text !== text), { id, text }].slice(-3);
  setTimeout(() => dismiss(id), 8000);
}

export function dismiss(id: number): void {
  notices.value = notices.value.filter((notice) => notice.id !== id);
}
