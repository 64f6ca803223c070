import { signal } from '@preact/signals';
import { getJson, isAbort } from '../lib/api';
import { onEnd } from '../lib/session';
import type { Flags, Row } from '../lib/types';
import { isAside } from './mailboxes';
import { noteThread } from './rows';

/** The open message's conversation, oldest first; empty until it is known. */
export const conversation = signal<Row[]>([]);

let loading: AbortController | null = null;

export function forgetConversation(): void {
  loading?.abort();
  loading = null;
  conversation.value = [];
}

const includes = (id: string): boolean => conversation.value.some((row) => row.id === id);

/** Looks what belongs to a message. What is known stays until the answer, within one conversation. */
export async function loadConversation(id: string): Promise<void> {
  loading?.abort();
  const controller = (loading = new AbortController());
  if (!includes(id)) conversation.value = [];
  try {
    const answer = await getJson<{ items: Row[] }>(`/threads/${encodeURIComponent(id)}`, controller.signal);
    if (controller.signal.aborted) return;
    for (const row of answer.items) noteThread(row);
    conversation.value = answer.items;
  } catch (error) {
    // The message is there without the others; whether it can be read at all, reading it says.
    if (!isAbort(error) && !controller.signal.aborted) conversation.value = [];
  }
}

export function showConversationFlags(id: string, flags: Partial<Flags>): void {
  if (includes(id))
    conversation.value = conversation.value.map((row) => (row.id === id ? { ...row, flags: { ...row.flags, ...flags } } : row));
}

/** Those shown with a message: what was thrown away or is not written yet is not, but beside its like. */
export function shownWith(id: string): Row[] {
  const here = conversation.value.find((row) => row.id === id)?.mailbox;
  return conversation.value.filter((row) => row.mailbox === here || !isAside(row.mailbox));
}

/** The message before (-1) or behind (1) one in its conversation. */
export function neighbour(id: string, by: -1 | 1): Row | undefined {
  const shown = shownWith(id);
  const at = shown.findIndex((row) => row.id === id);
  return at < 0 ? undefined : shown[at + by];
}

onEnd(forgetConversation);
