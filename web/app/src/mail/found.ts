import { signal } from '@preact/signals';
import { explain, getJson, isAbort, Problem } from '../lib/api';
import { indexOfOctet, partsOf, wordEnd, type Part } from '../lib/query';
import { oldestFirstSort, type SearchRoute } from '../lib/router';
import type { FoundPage, Row } from '../lib/types';
import { chunk, type Range } from '../lib/window';
import { mailboxes } from './mailboxes';
import { asRow, collapse, RowList } from './rows';

const largestPage = 200;
const mostTried = 6; // parts of a search that found nothing

/** What the server does not understand of a search, and where in its text that is. */
export interface Mistake {
  detail: string;
  first: number;
  last: number;
}

/** Changes whenever something in any mailbox does. */
const stateOfAll = (): string => (mailboxes.value ?? []).map((mailbox) => `${mailbox.id}=${mailbox.state}`).join(' ');

/** What is searched for, and how it is shown. */
interface Search {
  query: string;
  within: string | null; // a mailbox
  gathered: boolean; // rows are conversations
  oldestFirst: boolean;
}

function fetchFound({ query, within, gathered, oldestFirst }: Search, limit: number, cursor: string | null, signal?: AbortSignal): Promise<FoundPage> {
  const parameters = new URLSearchParams({ q: query, limit: String(limit) });
  if (within) parameters.set('in', within);
  if (gathered) parameters.set('collapse', collapse);
  if (oldestFirst) parameters.set('sort', oldestFirstSort);
  if (cursor) parameters.set('cursor', cursor);
  return getJson<FoundPage>(`/messages?${parameters}`, signal);
}

/** The rows that a search finds, fetched from the first on: there are no positions to jump to. */
export class FoundList extends RowList implements Search {
  readonly key: string;
  readonly query: string;
  readonly within: string | null;
  readonly gathered: boolean;
  readonly oldestFirst: boolean;
  readonly more = signal(false); // there are more than `total`
  readonly mistake = signal<Mistake | null>(null);

  private next: string | null = null;
  private last = 0; // row that is wanted
  private loading: AbortController | null = null;
  private behind = 0;
  private state = '';

  constructor(search: Search) {
    super();
    this.key = keyOfSearch(search);
    this.query = search.query;
    this.within = search.within;
    this.gathered = search.gathered;
    this.oldestFirst = search.oldestFirst;
  }

  routeTo(message: string | null): SearchRoute {
    return { name: 'search', query: this.query, within: this.within, message, ...(this.oldestFirst && { oldestFirst: true }) };
  }

  want(range: Range): void {
    this.last = range.last;
    if (!this.loading && !this.error.value && !this.mistake.value && this.lacks()) void this.load();
  }

  private lacks(): boolean {
    return this.total.value === null || (this.next !== null && this.rows.size < Math.min(this.last + chunk, this.total.value));
  }

  private async load(): Promise<void> {
    const controller = (this.loading = new AbortController());
    this.busy.value = true;
    try {
      while (this.lacks()) {
        const first = this.total.value === null;
        if (first) this.state = stateOfAll();
        const limit = first ? chunk : Math.min(largestPage, Math.max(chunk, this.last - this.rows.size + chunk));
        const page = await fetchFound(this, limit, this.next, controller.signal);
        this.take(this.rows.size, page.items, page, false);
      }
    } catch (error) {
      if (!isAbort(error)) this.fail(error);
    } finally {
      if (this.loading === controller) {
        this.loading = null;
        this.busy.value = false;
      }
    }
  }

  private fail(error: unknown): void {
    const wrong = error instanceof Problem ? error.errors.find((one) => one.pointer === '/q') : undefined;
    if (!wrong) {
      this.error.value = explain(error);
      return;
    }
    const first = indexOfOctet(this.query, wrong.offset ?? 0);
    this.mistake.value = { detail: wrong.detail, first, last: wordEnd(this.query, first) };
  }

  /** `last` is the page that `items` end with. */
  private take(first: number, items: Row[], last: FoundPage, fresh: boolean): void {
    const known = first + items.length;
    const counted = Math.max(last.total ?? 0, fresh ? 0 : (this.total.value ?? 0));
    this.next = last.nextCursor;
    if (first === 0) this.behind = last.behind;
    if (last.total !== null) this.more.value = last.more;
    if (this.next === null) this.more.value = false;
    const total = this.next === null ? known : Math.max(counted, known + (this.more.value ? chunk : 1));
    this.put(first, items.map(asRow), total, fresh);
  }

  async refresh(range: Range): Promise<number> {
    const anchor = this.rows.get(range.first);
    const state = stateOfAll();
    const items: Row[] = [];
    let page: FoundPage | null = null;
    let counted: FoundPage | null = null;
    while (!page || (page.nextCursor !== null && items.length <= range.last)) {
      page = await fetchFound(this, largestPage, page?.nextCursor ?? null);
      counted ??= page;
      items.push(...page.items);
    }
    this.stop();
    this.state = state;
    this.mistake.value = null;
    this.take(0, items, { ...(counted ?? page), nextCursor: page.nextCursor }, true);
    return this.movedFrom(range.first, anchor);
  }

  changed(): boolean {
    if (this.total.value === null) return false;
    if (this.state === '') this.state = stateOfAll(); // the first rows came before the mailboxes did
    return this.behind > 0 || this.state !== stateOfAll();
  }

  /** Of a conversation only what was found is meant. */
  override named(ids: string[]): object {
    return this.gathered ? { ids, ...this.wanted(), collapse } : { ids };
  }

  allBut(ids: string[]): object {
    return { ...this.wanted(), except: ids, ...(this.gathered && { collapse }) };
  }

  private wanted(): object {
    return { query: this.query, ...(this.within && { in: this.within }) };
  }

  stop(): void {
    this.loading?.abort();
    this.loading = null;
    this.busy.value = false;
  }
}

export const keyOfSearch = ({ query, within, gathered, oldestFirst }: Search): string =>
  `${gathered ? 'found conversations' : 'search'} ${oldestFirst ? 'from the oldest on ' : ''}${within ?? ''} ${query}`;

export interface Hint extends Part {
  total: number;
  more: boolean;
}

/** Which single condition hides what there is: each search without one that finds something. */
export async function findHints(search: Search, signal: AbortSignal): Promise<Hint[]> {
  const parts = partsOf(search.query).filter((part) => part.rest);
  const tried = parts.slice(0, mostTried).map(async (part): Promise<Hint> => {
    try {
      const page = await fetchFound({ ...search, query: part.rest }, 1, null, signal);
      return { ...part, total: page.total ?? 0, more: page.more };
    } catch (error) {
      if (isAbort(error)) throw error;
      return { ...part, total: 0, more: false }; // without it the rest is no search
    }
  });
  return (await Promise.all(tried)).filter((hint) => hint.total > 0);
}
