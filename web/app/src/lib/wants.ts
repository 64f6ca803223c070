const forgottenAfter = 180_000; // ms since a tab said what it wants: it says so each minute
const gather = 50; // ms: a page that goes and the one that comes speak one after the other

/** Which topics the tabs want, for the one that listens for all of them. */
export class Wants<Topic extends string> {
  private readonly byTab = new Map<string, { topics: Topic[]; at: number }>();
  private asked = '';
  private waiting: ReturnType<typeof setTimeout> | undefined;

  /** `changed` hears that what is wanted is no more what was asked for. */
  constructor(private readonly changed: () => void) {}

  note(tab: string, topics: Topic[]): void {
    if (topics.length > 0) this.byTab.set(tab, { topics, at: Date.now() });
    else this.byTab.delete(tab);
    this.waiting ??= setTimeout(() => {
      this.waiting = undefined;
      if (this.all() !== this.asked) this.changed();
    }, gather);
  }

  /** What to ask for now, with commas between; empty: nothing. */
  ask(): string {
    this.asked = this.all();
    return this.asked;
  }

  /** Nobody gets it. */
  forget(): void {
    this.byTab.clear();
  }

  private all(): string {
    const now = Date.now();
    const topics = new Set<Topic>();
    for (const [tab, wish] of this.byTab) {
      if (now - wish.at > forgottenAfter) this.byTab.delete(tab);
      else for (const topic of wish.topics) topics.add(topic);
    }
    return [...topics].sort().join(',');
  }
}
