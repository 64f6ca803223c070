import { signal } from '@preact/signals';
import type { SubmissionState } from '../compose/client';
import { accept, Problem, unreachable } from '../lib/api';
import { EventReader, type StreamEvent } from '../lib/event-stream';
import { onEnd, session } from '../lib/session';
import type { Row } from '../lib/types';
import { Wants } from '../lib/wants';
import { forgetArrivals, isNewMail, tellOfMail, tellsOfMail } from './arrivals';

/**
 * What happens to mail, told by the server as it happens. A browser has six
 * connections to a host, so one tab of all listens (whoever has the lock) and
 * passes on what it hears.
 */
export type Heard = { kind: 'changed' | 'lost' | 'live' } | { kind: 'submission'; submission: SubmissionState } | { kind: 'topic'; topic: Topic; data: string };

/** What administrators can hear of besides; each kind of event is called like its topic. */
const allTopics = ['queue', 'log'] as const;
export type Topic = (typeof allTopics)[number];

const lostAfter = 45_000; // ms without an octet: the server sends a comment every 20 s
const firstPause = 1000; // ms before the stream is opened again; doubled each time
const longestPause = 30_000;
const gather = 60; // ms: what comes together is looked at once
const unwatchedAfter = 600_000; // ms since anybody could see a tab: then nobody listens until somebody can
const stillHere = 60_000; // ms between two signs of a tab that can be seen

/** Whether some tab hears the server just now; `none` until that is known. */
export const stream = signal<'none' | 'live' | 'lost'>('none');

/** The account's change counter as it was heard last; who comes back says it. */
let lastId = '';

const channel = new BroadcastChannel('pillarbox-events');

let listener: (heard: Heard) => void = () => {};

function hear(heard: Heard): void {
  stream.value = heard.kind === 'lost' ? 'lost' : 'live';
  listener(heard);
  if (heard.kind === 'topic') for (const action of hearers[heard.topic]) action(heard.data);
}

/**
 * What tabs say to each other: one that opens asks how things are, one that can be seen says so, and one that
 * shows what a topic is about says which.
 */
type Said = { heard: Heard; account: string | undefined } | { tab: string; wants: Topic[] } | 'how is it?' | 'who is seen?' | 'seen' | 'who wants what?';

const wants = new Wants<Topic>(() => reopen());
const hearers: Record<Topic, Set<(data: string) => void>> = { queue: new Set(), log: new Set() };
const tab = crypto.randomUUID();
let reopen: () => void = () => {}; // ends the stream that is open, so that it is opened with other topics

function sayWants(): void {
  const topics = allTopics.filter((topic) => hearers[topic].size > 0);
  wants.note(tab, topics);
  channel.postMessage({ tab, wants: topics } satisfies Said);
}

// A page that goes wants nothing, and may come back as it was.
addEventListener('pagehide', () => channel.postMessage({ tab, wants: [] } satisfies Said));
addEventListener('pageshow', (event) => event.persisted && sayWants());

/** Hears of a topic from now on, as long as this tab listens at all. Returns what ends that. */
export function listenTo(topic: Topic, action: (data: string) => void): () => void {
  hearers[topic].add(action);
  sayWants();
  return () => {
    hearers[topic].delete(action);
    sayWants();
  };
}

let seenAt = 0; // when some tab could be seen last
let onSeen: () => void = () => {};
let unwatched: ReturnType<typeof setTimeout> | undefined;

function noteSeen(): void {
  seenAt = Date.now();
  onSeen();
}

function saySeen(): void {
  if (document.hidden) return;
  noteSeen();
  channel.postMessage('seen' satisfies Said);
}

/** Ends once somebody can see a tab. */
async function whileUnwatched(signal: AbortSignal): Promise<void> {
  while (!tellsOfMail() && Date.now() - seenAt >= unwatchedAfter && !signal.aborted)
    await new Promise<void>((resolve) => {
      onSeen = resolve;
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
  onSeen = () => {};
}

/** Ends listening once nobody has seen a tab for so long. */
function endUnwatched(ending: AbortController): void {
  const left = tellsOfMail() ? unwatchedAfter : seenAt + unwatchedAfter - Date.now();
  if (left <= 0) ending.abort();
  else unwatched = setTimeout(() => endUnwatched(ending), left);
}

let leading = false; // this tab listens, and hears

channel.onmessage = (event: MessageEvent<Said>) => {
  const said = event.data;
  if (said === 'how is it?') {
    if (leading) pass({ kind: 'live' });
  } else if (said === 'who is seen?') {
    saySeen();
  } else if (said === 'seen') {
    noteSeen();
  } else if (said === 'who wants what?') {
    sayWants();
  } else if ('wants' in said) {
    wants.note(said.tab, said.wants);
  } else if (said.account === session.peek()?.account.address) hear(said.heard);
};

function pass(heard: Heard): void {
  channel.postMessage({ heard, account: session.peek()?.account.address } satisfies Said);
}

function tell(heard: Heard): void {
  leading = heard.kind !== 'lost';
  pass(heard);
  hear(heard);
}

const answersWithin = 300; // ms: a tab that can be seen is awake

/** Unless somebody can see a tab, and with it the new row. */
async function tellUnseen(row: Row): Promise<void> {
  if (!document.hidden) return;
  const asked = Date.now();
  channel.postMessage('who is seen?' satisfies Said);
  await new Promise((resolve) => setTimeout(resolve, answersWithin));
  if (seenAt < asked) tellOfMail(row);
}

const isTopic = (kind: string): kind is Topic => (allTopics as readonly string[]).includes(kind);

let waiting: ReturnType<typeof setTimeout> | undefined;

function take(events: StreamEvent[]): void {
  for (const event of events) {
    if (event.id !== null) lastId = event.id;
    if (event.kind === 'hello') tell({ kind: 'live' });
    else if (isTopic(event.kind)) tell({ kind: 'topic', topic: event.kind, data: event.data });
    else if (event.kind === 'submission') tell({ kind: 'submission', submission: JSON.parse(event.data) as SubmissionState });
    else waiting ??= setTimeout(changed, gather);
    if (event.kind !== 'message' || !tellsOfMail()) continue;
    const { row } = JSON.parse(event.data) as { row?: Row };
    if (row && isNewMail(row)) void tellUnseen(row);
  }
}

function changed(): void {
  waiting = undefined;
  tell({ kind: 'changed' });
}

/** Reads the stream to its end; throws when it cannot be had. */
async function listen(signal: AbortSignal): Promise<void> {
  const silence = new AbortController();
  let timer = setTimeout(() => silence.abort(), lostAfter);
  try {
    const topics = wants.ask();
    const response = await fetch(`/api/v1/events${topics ? `?topics=${topics}` : ''}`, {
      headers: lastId ? { 'Last-Event-ID': lastId } : {},
      credentials: 'same-origin',
      signal: AbortSignal.any([signal, silence.signal]),
    }).catch((error: unknown) => {
      throw signal.aborted ? error : unreachable();
    });
    const body = (await accept(response)).body;
    if (!body) return;
    const reader = new EventReader();
    const pieces = body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { done, value } = await pieces.read();
      if (done) return;
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), lostAfter);
      take(reader.take(value));
    }
  } finally {
    clearTimeout(timer);
  }
}

async function listenOn(signal: AbortSignal): Promise<void> {
  let pause = firstPause;
  sayWants();
  channel.postMessage('who wants what?' satisfies Said);
  while (!signal.aborted) {
    await whileUnwatched(signal);
    const began = Date.now();
    const ending = new AbortController();
    endUnwatched(ending);
    let otherTopics = false;
    reopen = () => {
      otherTopics = true;
      ending.abort();
    };
    try {
      await listen(AbortSignal.any([signal, ending.signal]));
    } catch (error) {
      // Who is no administrator any more hears of mail all the same. Otherwise why does not matter here: it is
      // tried again, and reading says what is wrong.
      if (error instanceof Problem && error.status === 403) wants.forget();
    }
    reopen = () => {};
    clearTimeout(unwatched);
    if (signal.aborted) return;
    if (otherTopics) continue;
    tell({ kind: 'lost' });
    if (Date.now() - began > longestPause) pause = firstPause;
    await new Promise((resolve) => setTimeout(resolve, pause));
    pause = Math.min(2 * pause, longestPause);
  }
}

/** Hears what happens from now on, here or through another tab. Returns what ends that. */
export function startListening(action: (heard: Heard) => void): () => void {
  listener = action;
  const ended = new AbortController();
  const lead = () => listenOn(ended.signal);
  noteSeen();
  const timer = setInterval(() => {
    saySeen();
    sayWants();
  }, stillHere);
  document.addEventListener('visibilitychange', saySeen);
  channel.postMessage('how is it?' satisfies Said);
  void navigator.locks.request('pillarbox-events', { signal: ended.signal }, lead).catch(() => {});
  return () => {
    ended.abort();
    clearInterval(timer);
    document.removeEventListener('visibilitychange', saySeen);
    leading = false;
    stream.value = 'none';
    listener = () => {};
  };
}

onEnd(() => {
  lastId = '';
  forgetArrivals();
});
