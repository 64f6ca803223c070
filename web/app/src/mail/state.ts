import { effect, signal } from '@preact/signals';
import { continueDraft, hearSubmission } from '../compose/composer';
import { call, explain, getJson, isAbort, online } from '../lib/api';
import { go, route } from '../lib/navigation';
import { notify } from '../lib/notices';
import { messageOf, type Route } from '../lib/router';
import { onEnd } from '../lib/session';
import { settings } from '../lib/settings';
import type { Flags, Message, MessagePage } from '../lib/types';
import type { Range } from '../lib/window';
import { forgetConversation, loadConversation, showConversationFlags } from './conversation';
import { FoundList, keyOfSearch } from './found';
import { keyOfMailbox, MailList } from './list';
import { startListening, stream } from './live';
import { adjustUnread, findMailbox, loadMailboxes, mailboxes } from './mailboxes';
import { messagesOf, noteThread, type RowList } from './rows';
import { clearSelection } from './selection';

export const pollEvery = 15_000; // ms, while the page is visible and nothing tells what happens
const lookEvery = 120_000; // ms: the same while something does
const announceEvery = 30_000; // ms: new mail is read out no more often (live regions stay calm)

/** The list on the left. */
export const list = signal<RowList | null>(null);

/** The row that has the keyboard, by position. */
export const current = signal(0);

/** What the list shows at the moment; its pane keeps it up to date. */
export const inView = signal<Range>({ first: 0, last: 30 });

/** Rows came above: the pane scrolls by so many, and sets it back to 0. */
export const shifted = signal(0);

/** Read out when it changes. */
export const announcement = signal('');

export interface Body {
  format: 'html' | 'text';
  text: string;
  cut: boolean; // the rest is only in the file
}

/** The message on the right. */
export interface Opened {
  id: string;
  message: Message | null;
  body: Body | null;
  error: string | null;
}
export const opened = signal<Opened | null>(null);

/** Changes that the server has not answered yet: until then what it says is not shown. */
export const changing = signal(0);

let opening: AbortController | null = null;

async function readBody(message: Message, signal: AbortSignal): Promise<Body> {
  const format = message.body.html ? 'html' : 'text';
  const response = await call('GET', `/messages/${message.id}/body?format=${format}`, { signal });
  return { format, text: await response.text(), cut: response.headers.get('X-Pillarbox-Truncated') === 'true' };
}

export async function openMessage(id: string): Promise<void> {
  opening?.abort();
  const controller = (opening = new AbortController());
  opened.value = { id, message: null, body: null, error: null };
  void loadConversation(id);
  try {
    const message = await getJson<Message>(`/messages/${encodeURIComponent(id)}`, controller.signal);
    if (controller.signal.aborted) return;
    noteThread(message);
    opened.value = { id, message, body: null, error: null };
    const body = await readBody(message, controller.signal);
    if (controller.signal.aborted) return;
    opened.value = { id, message: opened.value.message, body, error: null };
    if (!message.flags.seen) await setFlags(id, message.mailbox, { seen: true });
  } catch (error) {
    if (isAbort(error) || controller.signal.aborted) return;
    opened.value = { id, message: opened.value?.message ?? null, body: null, error: explain(error) };
  }
}

function closeMessage(): void {
  opening?.abort();
  opening = null;
  opened.value = null;
  forgetConversation();
}

/** `whole`: of all messages of its row. */
export function showFlags(id: string, flags: Partial<Flags>, whole = false): void {
  list.value?.setFlags(id, flags, whole);
  showConversationFlags(id, flags);
  const now = opened.value;
  if (now?.id === id && now.message)
    opened.value = { ...now, message: { ...now.message, flags: { ...now.message.flags, ...flags } } };
}

export function flagsOf(id: string): Flags | null {
  const now = opened.value;
  if (now?.id === id && now.message) return now.message.flags;
  return list.value?.find(id)?.flags ?? null;
}

/** Changes flags at once, and back should the server refuse. */
export async function setFlags(id: string, mailbox: string, change: { seen?: boolean; flagged?: boolean }): Promise<void> {
  const before = flagsOf(id);
  if (!before) return;
  const unread = change.seen === undefined || change.seen === before.seen ? 0 : change.seen ? -1 : 1;
  showFlags(id, change);
  adjustUnread(mailbox, unread);
  try {
    await call('PATCH', `/messages/${id}`, { body: change });
    const row = list.value?.find(id);
    if (row && messagesOf(row) > 1) void poll(); // what that makes of its row
  } catch (error) {
    showFlags(id, { seen: before.seen, flagged: before.flagged });
    adjustUnread(mailbox, -unread);
    notify(`Not changed. ${explain(error)}`);
  }
}

export function toggleStar(id: string, mailbox: string): void {
  const flags = flagsOf(id);
  if (flags) void setFlags(id, mailbox, { flagged: !flags.flagged });
}

let lastAnnounced = 0;

function announceNewMail(name: string, before: number, after: number): void {
  const now = Date.now();
  if (after <= before || now - lastAnnounced < announceEvery) return;
  lastAnnounced = now;
  announcement.value = `New mail in ${name}: ${after} unread`;
}

let polling: Promise<void> | null = null;
let askAgain = false; // something happened since it was asked

/** Asks whether anything changed, and shows it. */
export function poll(): Promise<void> {
  askAgain = true;
  polling ??= pollOn().finally(() => (polling = null));
  return polling;
}

async function pollOn(): Promise<void> {
  while (askAgain) {
    askAgain = false;
    await look();
  }
}

async function look(): Promise<void> {
  const shown = list.value;
  const mailbox = shown instanceof MailList ? shown.mailbox : null;
  const before = mailbox && findMailbox(mailbox);
  try {
    await loadMailboxes();
    if (!shown || shown !== list.value || changing.value > 0 || !shown.changed()) return;
    if (opened.value) void loadConversation(opened.value.id);
    const moved = await shown.refresh(inView.value);
    if (shown !== list.value) return;
    if (moved !== 0) {
      shifted.value += moved;
      current.value = Math.max(0, current.value + moved);
    }
    const after = mailbox && findMailbox(mailbox);
    if (before && after) announceNewMail(after.name, before.unread, after.unread);
  } catch {
    // The status says that the server is away; the next round tries again.
  }
}

/** "latest" as a message id: the newest one, under its own name. */
async function openLatest(mailbox: string): Promise<void> {
  try {
    const page = await getJson<MessagePage>(`/mailboxes/${encodeURIComponent(mailbox)}/messages?limit=1`);
    const now = route.value;
    if (now.name !== 'mail' || now.mailbox !== mailbox || now.message !== 'latest') return;
    go({ ...now, message: page.items[0]?.id ?? null }, true);
  } catch (error) {
    opened.value = { id: 'latest', message: null, body: null, error: explain(error) };
  }
}

/** A draft by its address: it is written where it was left, and the address is that of its list. */
function continueFromAddress(message: string): void {
  go({ name: 'mail', mailbox: 'drafts', message: null }, true);
  void continueDraft(message);
}

const listOfMailbox = (mailbox: string, oldestFirst: boolean) => ({ key: keyOfMailbox(mailbox, oldestFirst), make: () => new MailList(mailbox, oldestFirst) });

/** The list that a route shows; null when it shows none. */
function listOf(now: Route): { key: string; make: () => RowList } | null {
  if (now.name === 'mail') return listOfMailbox(now.mailbox, now.oldestFirst ?? false);
  if (now.name !== 'search' || !now.query.trim()) return null;
  const { query, within, oldestFirst = false } = now;
  const search = { query, within, oldestFirst, gathered: settings.value.conversations };
  return { key: keyOfSearch(search), make: () => new FoundList(search) };
}

function followRoute(): void {
  const now = route.value;
  const wanted = listOf(now);
  if (list.peek()?.key !== wanted?.key) {
    list.peek()?.stop();
    list.value = wanted?.make() ?? null;
    current.value = 0;
    clearSelection();
  }
  const message = messageOf(now);
  if (!message) closeMessage();
  else if (now.name === 'mail' && now.mailbox === 'drafts' && message !== 'latest') continueFromAddress(message);
  else if (now.name === 'mail' && message === 'latest') void openLatest(now.mailbox);
  else if (opened.peek()?.id !== message) void openMessage(message);
}

/** Called once, by the mail screen. */
export function startMail(): () => void {
  const stopFollowing = effect(() => {
    route.value;
    settings.value; // whether rows are conversations
    // Only the route is followed: what followRoute() reads besides must not call it again.
    queueMicrotask(followRoute);
  });
  if (!mailboxes.value) void loadMailboxes().catch(() => {});
  let last = Date.now();
  const tick = () => {
    if (document.hidden || (stream.value === 'live' && Date.now() - last < lookEvery)) return;
    last = Date.now();
    void poll();
  };
  const timer = setInterval(tick, pollEvery);
  const wake = () => {
    if (!document.hidden && (Date.now() - last > 2000 || !online.value)) {
      last = Date.now();
      void poll();
    }
  };
  let before = stream.value;
  const stopListening = startListening((heard) => {
    const kind = heard.kind;
    if (heard.kind === 'submission') hearSubmission(heard.submission);
    // What happened while nobody listened is looked for; at the beginning the first rows come anyway.
    if (kind === 'changed' || (kind === 'live' && before === 'lost')) void poll();
    before = stream.value;
  });
  const lost = () => (online.value = false);
  document.addEventListener('visibilitychange', wake);
  addEventListener('online', wake);
  addEventListener('offline', lost);
  return () => {
    stopFollowing();
    stopListening();
    clearInterval(timer);
    document.removeEventListener('visibilitychange', wake);
    removeEventListener('online', wake);
    removeEventListener('offline', lost);
  };
}

onEnd(() => {
  list.value = null;
  closeMessage();
});
