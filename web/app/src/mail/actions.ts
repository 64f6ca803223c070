import { call, explain } from '../lib/api';
import { count } from '../lib/format';
import { go, route } from '../lib/navigation';
import { notify } from '../lib/notices';
import { messageOf } from '../lib/router';
import { session } from '../lib/session';
import type { Mailbox } from '../lib/types';
import { FoundList } from './found';
import { moveTo } from './grid';
import { followJob } from './jobs';
import { MailList } from './list';
import { findMailbox, isAside, mailboxes } from './mailboxes';
import { messagesOf, type RowList } from './rows';
import { clearSelection, countChecked, selecting, selection } from './selection';
import { changing, current, flagsOf, list, opened, poll, setFlags, showFlags } from './state';

const mostNamed = 500; // ids in one request

/** What is acted on. */
export interface Target {
  ids: string[];
  whole: RowList | null; // all of it, but `ids`
  count: number;
  conversations?: RowList | undefined; // each stands for what this list has of its conversation
}

interface Change {
  seen?: boolean;
  flagged?: boolean;
}

type What = { action: 'move'; mailbox: string } | { action: 'delete' } | ({ action: 'mark' } & Change);

interface Answer {
  changed?: number;
  undoToken?: string | null;
  job?: string;
}

export const one = (id: string): Target => ({ ids: [id], whole: null, count: 1 });

/** As a row of the list has it: the message, or all of its conversation. */
export const asListed = (id: string): Target => ({ ...one(id), conversations: gatheredIn(list.value) });

const gatheredIn = (shown: RowList | null): RowList | undefined => (shown?.gathered ? shown : undefined);

/** The rows that are checked; else the open message; else the row with the keyboard. */
export function target(): Target | null {
  const shown = list.value;
  if (shown && selecting.value) {
    const { all, ids } = selection.value;
    return { ids: [...ids], whole: all ? shown : null, count: countChecked(shown), conversations: gatheredIn(shown) };
  }
  const id = opened.value?.message ? opened.value.id : shown?.row(current.value)?.id;
  return id ? asListed(id) : null;
}

/** The mailbox that all of a target lies in; empty when that is not one. */
export function roleOf(what: Target | null): Mailbox['role'] | '' {
  const shown = list.value;
  const within = shown instanceof MailList ? shown.mailbox : shown instanceof FoundList ? shown.within : null;
  if (within) return findMailbox(within)?.role ?? '';
  const places = new Set((what?.ids ?? []).map((id) => placeOfAll(id, what?.conversations !== undefined)));
  const [place] = places;
  return places.size === 1 && !what?.whole && place ? (findMailbox(place)?.role ?? '') : '';
}

/** A conversation that was found may lie in several mailboxes, unless it lies aside. */
function placeOfAll(id: string, whole: boolean): string | undefined {
  const row = list.value?.find(id);
  if (!whole || !row) return placeOf(id);
  return (messagesOf(row) === 1 && row.id === id) || isAside(row.mailbox) ? row.mailbox : undefined;
}

function placeOf(id: string): string | undefined {
  const now = opened.value;
  return (now?.id === id ? now.message?.mailbox : undefined) ?? list.value?.find(id)?.mailbox;
}

function bodyOf(what: Target, change: What): object {
  const { ids, whole, conversations } = what;
  return { ...change, ...(whole?.allBut(ids) ?? conversations?.named(ids) ?? { ids }) };
}

async function undo(token: string): Promise<void> {
  try {
    await call('POST', '/undo', { body: { token } });
    notify('Undone');
  } catch (error) {
    notify(`Not undone. ${explain(error)}`);
  }
  await poll();
}

/** Says what was done, and offers to take it back. */
export function tell(text: string, token: string | null | undefined): void {
  notify(text, token ? { label: 'Undo', run: () => void undo(token) } : null);
}

/** Takes rows away at once; returns what puts them back. */
function takeAway(what: Target): () => void {
  const shown = list.value;
  if (!shown || what.whole) return () => {};
  const message = messageOf(route.value);
  const places = what.ids.map((id) => shown.indexOf(id)).filter((at) => at >= 0);
  const rows = places.map((at) => shown.row(at)).filter((row) => row !== undefined && (what.conversations || messagesOf(row) === 1));
  const wasOpen = message !== null && (what.ids.includes(message) || (what.conversations && places.includes(shown.indexOf(message))));
  const first = places.length > 0 ? Math.min(...places) : current.value;
  // A conversation that keeps some of its messages stays; what it then looks like the server knows.
  const putBack = shown.remove(new Set(rows.map((row) => row?.id ?? '')));
  if (wasOpen) go(shown.routeTo(null), true);
  moveTo(shown, first);
  return () => {
    if (putBack() && wasOpen && list.value === shown && messageOf(route.value) === null) go(shown.routeTo(message), true);
  };
}

async function send(what: Target, change: What): Promise<Answer> {
  changing.value++;
  try {
    const response = await call('POST', '/messages/batch', { body: bodyOf(what, change) });
    return (await response.json()) as Answer;
  } finally {
    changing.value--;
  }
}

async function perform(what: Target, change: What, done: string, optimistic: () => () => void): Promise<void> {
  if (!what.whole && what.ids.length > mostNamed) {
    notify(`At most ${mostNamed} single messages can be changed at once. Select all instead.`);
    return;
  }
  const putBack = optimistic();
  clearSelection();
  try {
    const answer = await send(what, change);
    if (answer.job) followJob(answer.job, done);
    else if (answer.changed === 0) notify('Nothing was left to change.');
    else tell(answer.changed === 1 ? done : `${done}: ${count(answer.changed ?? 0, 'message')}`, answer.undoToken);
  } catch (error) {
    putBack();
    notify(`Not changed. ${explain(error)}`);
  }
  await poll();
}

export function moveMessages(what: Target, to: Mailbox): void {
  void perform(what, { action: 'move', mailbox: to.id }, `Moved to ${to.name}`, () => takeAway(what));
}

function moveToRole(what: Target, role: Mailbox['role']): void {
  const to = mailboxes.value?.find((mailbox) => mailbox.role === role);
  if (to && roleOf(what) !== role) moveMessages(what, to);
}

export const archive = (what: Target): void => moveToRole(what, 'archive');

/** Into Junk; out of it, back to the Inbox. */
export const junk = (what: Target): void => moveToRole(what, roleOf(what) === 'junk' ? 'inbox' : 'junk');

/** What waits for a yes, for nothing can bring it back. */
export type Question = { what: Target };

/** To Trash; from there, for good. */
export function remove(what: Target, ask: (question: Question) => void): void {
  if (roleOf(what) !== 'trash') moveToRole(what, 'trash');
  else if ((session.value?.deletedKeptFor ?? 0) > 0) removeForGood(what);
  else ask({ what });
}

export function removeForGood(what: Target): void {
  void perform(what, { action: 'delete' }, 'Deleted', () => takeAway(what));
}

function wordFor(change: Change): string {
  if (change.seen !== undefined) return change.seen ? 'Marked as read' : 'Marked as unread';
  return change.flagged ? 'Starred' : 'Star taken away';
}

/** Marks one silently, as a click on it does; several with a notice. */
export function mark(what: Target, change: Change): void {
  const [id] = what.ids;
  const place = id && placeOf(id);
  const row = id && list.value?.find(id);
  const several = what.conversations && row && messagesOf(row) > 1;
  if (!what.whole && what.ids.length === 1 && id && place && !several) {
    void setFlags(id, place, change);
    clearSelection();
    return;
  }
  const show = () => {
    const before = what.ids.map((at) => [at, flagsOf(at)] as const);
    if (!what.whole) for (const at of what.ids) showFlags(at, change, what.conversations !== undefined);
    return () => {
      for (const [at, flags] of before) if (flags) showFlags(at, { seen: flags.seen, flagged: flags.flagged }, what.conversations !== undefined);
    };
  };
  void perform(what, { action: 'mark', ...change }, wordFor(change), show);
}

/** A star for all, unless all have one. */
export function star(what: Target): void {
  const starred = !what.whole && what.ids.every((id) => flagsOf(id)?.flagged);
  mark(what, { flagged: !starred });
}

