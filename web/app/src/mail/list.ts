import { explain, getJson, isAbort } from '../lib/api';
import { oldestFirstSort, type MailRoute } from '../lib/router';
import { settings } from '../lib/settings';
import type { MessagePage } from '../lib/types';
import { chunk, chunksOf, type Range } from '../lib/window';
import { findMailbox } from './mailboxes';
import { asRow, collapse, RowList } from './rows';

/** The rows of one mailbox, fetched by position in chunks. */
export class MailList extends RowList {
  readonly key: string;
  readonly gathered: boolean;
  private pending = new Map<number, AbortController>();
  private state = '';

  constructor(readonly mailbox: string, readonly oldestFirst = false) {
    super();
    this.key = keyOfMailbox(mailbox, oldestFirst);
    this.gathered = gathers(mailbox);
  }

  routeTo(message: string | null): MailRoute {
    return { name: 'mail', mailbox: this.mailbox, message, ...(this.oldestFirst && { oldestFirst: true }) };
  }

  want(range: Range): void {
    for (const first of chunksOf(range)) {
      const end = Math.min(first + chunk, this.total.value ?? first + chunk);
      let missing = this.total.value === null;
      for (let at = first; at < end && !missing; at++) missing = !this.rows.has(at);
      if (missing && !this.pending.has(first)) void this.fetchChunk(first);
    }
    // Who jumped far away does not need what lay between any more.
    for (const [first, controller] of this.pending) {
      if (first + chunk < range.first - 4 * chunk || first > range.last + 4 * chunk) controller.abort();
    }
  }

  private async fetchChunk(first: number): Promise<void> {
    const controller = new AbortController();
    this.pending.set(first, controller);
    this.busy.value = true;
    try {
      const page = await this.fetchRows(first, chunk, controller.signal);
      this.take(page, page.state !== this.state);
    } catch (error) {
      if (!isAbort(error)) this.error.value = explain(error);
    } finally {
      this.pending.delete(first);
      this.busy.value = this.pending.size > 0;
    }
  }

  private fetchRows(first: number, limit: number, signal?: AbortSignal): Promise<MessagePage> {
    const rows = this.gathered ? `&collapse=${collapse}` : '';
    const sort = this.oldestFirst ? `&sort=${oldestFirstSort}` : '';
    return getJson<MessagePage>(`/mailboxes/${encodeURIComponent(this.mailbox)}/messages?position=${first}&limit=${limit}${rows}${sort}`, signal);
  }

  /** `changed`: positions may have moved. */
  private take(page: MessagePage, changed: boolean): void {
    this.put(page.position, page.items.map(asRow), page.total, changed && this.state !== '');
    this.state = page.state;
  }

  async refresh(range: Range): Promise<number> {
    const anchor = this.rows.get(range.first);
    const first = Math.max(0, range.first - chunk);
    const limit = Math.min(200, Math.max(chunk, range.last - first + chunk));
    const page = await this.fetchRows(first, limit);
    if (page.state === this.state && this.total.value === page.total) return 0;
    this.stop();
    this.take(page, true);
    return this.movedFrom(range.first, anchor);
  }

  changed(): boolean {
    const mailbox = findMailbox(this.mailbox);
    return mailbox !== null && mailbox.state !== this.state;
  }

  allBut(ids: string[]): object {
    return { in: this.mailbox, except: ids, ...(this.gathered && { collapse }) };
  }

  stop(): void {
    for (const controller of this.pending.values()) controller.abort();
  }
}

/** Drafts are written one by one, whatever they answer. */
const gathers = (mailbox: string): boolean => settings.value.conversations && mailbox !== 'drafts' && findMailbox(mailbox)?.role !== 'drafts';

export const keyOfMailbox = (mailbox: string, oldestFirst: boolean): string => `${settings.value.conversations ? 'conversations' : 'mail'} ${oldestFirst ? 'from the oldest on ' : ''}${mailbox}`;
