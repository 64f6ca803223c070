import { batch, signal } from '@preact/signals';
import { explain, getJson, isAbort } from '../lib/api';
import type { Flags, MessagePage, Row } from '../lib/types';
import { chunk, chunksOf, type Range } from '../lib/window';

/**
 * The rows of one mailbox, as far as they were looked at. Rows are fetched by
 * position, in chunks; what is in view stays until its successor has come.
 */
export class MailList {
  readonly total = signal<number | null>(null);
  readonly version = signal(0); // rises whenever a row came or changed
  readonly error = signal<string | null>(null);
  readonly busy = signal(false);

  private rows = new Map<number, Row>();
  private pending = new Map<number, AbortController>();
  private state = '';

  constructor(readonly mailbox: string) {}

  row(index: number): Row | undefined {
    return this.rows.get(index);
  }

  indexOf(id: string): number {
    for (const [index, row] of this.rows) if (row.id === id) return index;
    return -1;
  }

  find(id: string): Row | undefined {
    return this.rows.get(this.indexOf(id));
  }

  /** Fetches what is missing of these rows. */
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
    return getJson<MessagePage>(`/mailboxes/${encodeURIComponent(this.mailbox)}/messages?position=${first}&limit=${limit}`, signal);
  }

  /** `changed`: positions may have moved, so rows from before are worth nothing. */
  private take(page: MessagePage, changed: boolean): void {
    batch(() => {
      if (changed && this.state !== '') this.rows = new Map();
      page.items.forEach((row, i) => this.rows.set(page.position + i, row));
      this.state = page.state;
      this.total.value = page.total;
      this.error.value = null;
      this.version.value++;
    });
  }

  /** Brings the rows in view up to date. Returns how far they moved down. */
  async refresh(range: Range): Promise<number> {
    const anchor = this.rows.get(range.first);
    const first = Math.max(0, range.first - chunk);
    const limit = Math.min(200, Math.max(chunk, range.last - first + chunk));
    const page = await this.fetchRows(first, limit);
    if (page.state === this.state && this.total.value === page.total) return 0;
    for (const controller of this.pending.values()) controller.abort();
    this.take(page, true);
    const now = anchor ? this.indexOf(anchor.id) : -1;
    return now < 0 ? 0 : now - range.first;
  }

  isCurrent(state: string): boolean {
    return this.state === state;
  }

  /** Drops the error and asks again. */
  retry(range: Range): void {
    this.error.value = null;
    this.want(range);
  }

  setFlags(id: string, flags: Partial<Flags>): void {
    const index = this.indexOf(id);
    const row = this.rows.get(index);
    if (!row) return;
    this.rows.set(index, { ...row, flags: { ...row.flags, ...flags } });
    this.version.value++;
  }

  stop(): void {
    for (const controller of this.pending.values()) controller.abort();
  }
}
