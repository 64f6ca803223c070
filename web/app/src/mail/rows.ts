import { batch, signal } from '@preact/signals';
import type { MailRoute, SearchRoute } from '../lib/router';
import type { Flags, Row } from '../lib/types';
import type { Range } from '../lib/window';
import { isAside } from './mailboxes';

/** A message, as far as it says what it belongs to. */
interface Place {
  id: string;
  mailbox: string;
  thread: string;
}

/** The same for messages of one row: what lies aside is a row of its own, or several. */
const groupOf = (at: Place): string => (isAside(at.mailbox) ? `${at.thread} ${at.mailbox}` : at.thread);

/** The conversations of messages that were opened: a row has only the id of its last one. */
const groups = new Map<string, string>();
const mostGroups = 1000;

export function noteThread(message: Place): void {
  if (groups.size >= mostGroups) groups.clear();
  groups.set(message.id, groupOf(message));
}

/** A conversation's row is unread, starred, and has attachments as soon as one of its messages is and has. */
export function asRow(row: Row): Row {
  const all = row.conversation;
  if (!all) return row;
  return { ...row, attachments: all.attachments, flags: { ...row.flags, seen: all.unread === 0, flagged: all.flagged } };
}

/** What a request says for rows that are conversations. */
export const collapse = 'thread';

/** How many messages a row stands for. */
export const messagesOf = (row: Row): number => row.conversation?.messages ?? 1;

/** Rows in an order, as far as they were looked at; what is in view stays until its successor has come. */
export abstract class RowList {
  readonly total = signal<number | null>(null);
  readonly version = signal(0); // rises whenever a row came or changed
  readonly error = signal<string | null>(null);
  readonly busy = signal(false);

  protected rows = new Map<number, Row>();

  /** The same for the same list. */
  abstract readonly key: string;

  /** Rows are conversations. */
  abstract readonly gathered: boolean;

  abstract readonly oldestFirst: boolean;

  /** Where a message of it is shown beside it; without one, the list alone. */
  abstract routeTo(message: string | null): MailRoute | SearchRoute;

  /** Fetches what is missing of these rows. */
  abstract want(range: Range): void;

  /** Brings the rows in view up to date. Returns how far they moved down. */
  abstract refresh(range: Range): Promise<number>;

  /** Whether the mailboxes' counters say that it is not up to date. */
  abstract changed(): boolean;

  abstract stop(): void;

  /** How a request says that it means what these rows stand for. */
  named(ids: string[]): object {
    return this.gathered ? { ids, collapse } : { ids };
  }

  /** The same for all rows but these. */
  abstract allBut(ids: string[]): object;

  row(index: number): Row | undefined {
    return this.rows.get(index);
  }

  /** The row of a message, or of its conversation. */
  indexOf(id: string, group = groups.get(id)): number {
    let conversation = -1;
    for (const [index, row] of this.rows) {
      if (row.id === id) return index;
      if (row.conversation && groupOf(row) === group) conversation = index;
    }
    return conversation;
  }

  find(id: string): Row | undefined {
    return this.rows.get(this.indexOf(id));
  }

  /** Drops the error and asks again. */
  retry(range: Range): void {
    this.error.value = null;
    this.want(range);
  }

  /** Takes rows away before the server has. Returns what puts them back: false when fresher rows have come. */
  remove(ids: ReadonlySet<string>): () => boolean {
    const before = { rows: this.rows, total: this.total.value };
    const known = [...this.rows].sort(([a], [b]) => a - b);
    const left = new Map<number, Row>();
    let gone = 0;
    for (const [index, row] of known) {
      if (ids.has(row.id)) gone++;
      else left.set(index - gone, row);
    }
    this.show(left, before.total === null ? null : before.total - gone);
    return () => {
      if (this.rows !== left) return false;
      this.show(before.rows, before.total);
      return true;
    };
  }

  private show(rows: Map<number, Row>, total: number | null): void {
    batch(() => {
      this.rows = rows;
      this.total.value = total;
      this.version.value++;
    });
  }

  /** `whole`: of all messages that the row stands for. What one of several does to it the server knows. */
  setFlags(id: string, flags: Partial<Flags>, whole: boolean): void {
    const index = this.indexOf(id);
    const row = this.rows.get(index);
    if (!row || (!whole && messagesOf(row) > 1)) return;
    this.rows.set(index, { ...row, flags: { ...row.flags, ...flags } });
    this.version.value++;
  }

  /** Takes rows from `first` on; `fresh`: those from before are worth nothing. */
  protected put(first: number, items: Row[], total: number, fresh: boolean): void {
    batch(() => {
      if (fresh) this.rows = new Map();
      items.forEach((row, i) => this.rows.set(first + i, row));
      this.total.value = total;
      this.error.value = null;
      this.version.value++;
    });
  }

  /** How far a row moved down that was at `before`. */
  protected movedFrom(before: number, row: Row | undefined): number {
    const now = row ? this.indexOf(row.id, groupOf(row)) : -1;
    return now < 0 ? 0 : now - before;
  }
}
