import type { Row } from './types';

const mostKnown = 1000;

/** Messages that came while somebody listened, each told of once: what is marked or moved later is no news. */
export class Arrivals {
  private known = new Set<string>();

  constructor(private readonly since: number) {}

  /** Whether it is new mail that nobody has read. */
  isNew(row: Row, inbox: string | undefined): boolean {
    if (this.known.has(row.id)) return false;
    if (this.known.size >= mostKnown) this.known.clear();
    this.known.add(row.id);
    return row.mailbox === inbox && !row.flags.seen && Date.parse(row.received) >= this.since;
  }
}
