import { useEffect, useState } from 'preact/hooks';
import { isAbort } from '../lib/api';
import { count } from '../lib/format';
import { go } from '../lib/navigation';
import { formatRoute } from '../lib/router';
import { Icon } from '../shell/icon';
import { findHints, type FoundList, type Hint, type Mistake } from './found';
import { mailboxes, slug } from './mailboxes';
import { SelectAll, SelectionBar } from './selection-bar';
import { selecting } from './selection';
import { SortMenu } from './sort-menu';

const linkTo = (query: string, within: string | null): string => formatRoute({ name: 'search', query, within, message: null });

function resultsOf(list: FoundList): string {
  const total = list.total.value;
  if (total === null) return '';
  return list.more.value ? `More than ${count(total, 'result')}` : count(total, 'result');
}

/** Where the search looks. */
function Within({ list }: { list: FoundList }) {
  const choose = (event: Event) => {
    const within = (event.currentTarget as HTMLSelectElement).value || null;
    go({ ...list.routeTo(null), within });
  };
  return (
    <select class="within" aria-label="Search in" value={list.within ?? ''} onChange={choose}>
      <option value="">All mail</option>
      {(mailboxes.value ?? []).map((mailbox) => (
        <option key={mailbox.id} value={slug(mailbox)}>
          {mailbox.name}
        </option>
      ))}
    </select>
  );
}

export function FoundHead({ list }: { list: FoundList }) {
  return (
    <header class="list-head found-head">
      <SelectAll list={list} />
      <h1 class="only-heard">Search results</h1>
      {selecting.value ? (
        <SelectionBar list={list} />
      ) : (
        <>
          <p role="status">{resultsOf(list)}</p>
          {(list.total.value ?? 0) > 1 && <SortMenu list={list} />}
          <Within list={list} />
        </>
      )}
    </header>
  );
}

/** Says why nothing was found: the condition without which there would be something. */
export function NothingFound({ list }: { list: FoundList }) {
  const [hints, setHints] = useState<Hint[] | null>(null);

  useEffect(() => {
    const controller = new AbortController();
    const ask = async () => {
      try {
        setHints(await findHints(list, controller.signal));
      } catch (error) {
        if (!isAbort(error)) setHints([]);
      }
    };
    void ask();
    return () => controller.abort();
  }, [list]);

  return (
    <div class="empty">
      <Icon name="search" className="big" />
      <h2>No results</h2>
      {list.within && (
        <p>
          <a href={linkTo(list.query, null)}>Search all mail</a> rather than one mailbox.
        </p>
      )}
      {hints && hints.length > 0 && (
        <>
          <p>There would be something without one of these:</p>
          <ul class="hints">
            {hints.map((hint) => (
              <li key={hint.text}>
                <a href={linkTo(hint.rest, list.within)}>
                  Drop <code>{hint.text}</code>
                </a>{' '}
                – {hint.more ? 'more than ' : ''}
                {count(hint.total, 'result')}
              </li>
            ))}
          </ul>
        </>
      )}
      {hints && hints.length === 0 && <p>Try fewer words, or the beginning of one with a star: <code>budg*</code></p>}
    </div>
  );
}

export function Misunderstood({ query, mistake }: { query: string; mistake: Mistake }) {
  return (
    <div class="failed" role="alert" id="search-mistake">
      <Icon name="warning" className="big" />
      <p>{mistake.detail}</p>
      <p class="pointed">
        <code>
          {query.slice(0, mistake.first)}
          <mark>{query.slice(mistake.first, mistake.last) || '\u00a0'}</mark>
          {query.slice(mistake.last)}
        </code>
      </p>
    </div>
  );
}

const examples: [string, string][] = [
  ['budget "second draft"', 'both the word and the phrase'],
  ['from:ada -subject:lunch', 'from Ada, but not about lunch'],
  ['stove OR pot', 'either word'],
  ['budg*', 'words that begin so'],
  ['in:inbox is:unread', 'unread in the Inbox'],
  ['has:attachment larger:1M', 'with files, above a megabyte'],
  ['filename:pdf newer_than:7d', 'with a PDF, of the last week'],
  ['list:circle before:2025-06-01', 'of a list, before June'],
];

/** What there is to search for, until something is. */
export function SearchHelp() {
  return (
    <section class="list-pane" aria-label="Search results">
      <header class="list-head">
        <h1>Search</h1>
      </header>
      <div class="search-help">
        <p>All words must be there; case and accents do not matter.</p>
        <dl>
          {examples.map(([query, meaning]) => (
            <div>
              <dt>
                <a href={linkTo(query, null)}>
                  <code>{query}</code>
                </a>
              </dt>
              <dd class="muted">{meaning}</dd>
            </div>
          ))}
        </dl>
      </div>
    </section>
  );
}
