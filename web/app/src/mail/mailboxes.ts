import { signal } from '@preact/signals';
import { explain, getJson, isAbort } from '../lib/api';
import { onEnd } from '../lib/session';
import type { Mailbox } from '../lib/types';

/** All mailboxes with their counters; null before the first answer. */
export const mailboxes = signal<Mailbox[] | null>(null);
export const mailboxesError = signal<string | null>(null);

/** How a mailbox is called in the URL: by its role, or else its id. */
export const slug = (mailbox: Mailbox): string => (mailbox.role === 'own' ? mailbox.id : mailbox.role);

export function findMailbox(name: string): Mailbox | null {
  return mailboxes.value?.find((mailbox) => slug(mailbox) === name || mailbox.id === name) ?? null;
}

const aside: Mailbox['role'][] = ['trash', 'junk', 'drafts'];

/** Whether what lies there is kept apart from the rest of its conversation: thrown away, or not written yet. */
export const isAside = (id: string): boolean => mailboxes.value?.some((mailbox) => mailbox.id === id && aside.includes(mailbox.role)) ?? false;

/** The name of the mailbox with this id; empty until that is known. */
export const nameOfMailbox = (id: string): string => mailboxes.value?.find((mailbox) => mailbox.id === id)?.name ?? '';

export async function loadMailboxes(signal?: AbortSignal): Promise<void> {
  try {
    const answer = await getJson<{ items: Mailbox[] }>('/mailboxes', signal);
    mailboxes.value = answer.items;
    mailboxesError.value = null;
  } catch (error) {
    if (!isAbort(error) && !mailboxes.value) mailboxesError.value = explain(error);
    throw error;
  }
}

/** Counts at once what a click changed; the next answer of the server confirms it. */
export function adjustUnread(mailbox: string, by: number): void {
  mailboxes.value =
    mailboxes.value?.map((box) => (box.id === mailbox ? { ...box, unread: Math.max(0, box.unread + by) } : box)) ?? null;
}

onEnd(() => {
  mailboxes.value = null;
  mailboxesError.value = null;
});
