import { signal } from '@preact/signals';
import { accept, unreachable } from '../lib/api';
import { EventReader, type StreamEvent } from '../lib/event-stream';
import { onEnd, session } from '../lib/session';

/**
 * What happens to mail, told by the server as it happens. A browser has six
 * connections to a host, so one tab of all listens (whoever has the lock) and
 * passes on what it hears.
 */
export type Heard = { kind: 'changed' | 'lost' | 'live' };

const lostAfter = 45_000; // ms without an octet: the server sends a comment every 20 s
const firstPause = 1000; // ms before the stream is opened again; doubled each time
const longestPause = 30_000;
const gather = 60; // ms: what comes together is looked at once

/** Whether some tab hears the server just now; `none` until that is known. */
export const stream = signal<'none' | 'live' | 'lost'>('none');

/** The account's change counter as it was heard last; who comes back says it. */
let lastId = '';

const channel = new BroadcastChannel('pillarbox-events');

let listener: (heard: Heard) => void = () => {};

function hear(heard: Heard): void {
  stream.value = heard.kind === 'lost' ? 'lost' : 'live';
  listener(heard);
}

/** What tabs say to each other; one that opens asks how things are. */
type Said = { heard: Heard; account: string | undefined } | 'how is it?';

let leading = false; // this tab listens, and hears

channel.onmessage = (event: MessageEvent<Said>) => {
  const said = event.data;
  if (said === 'how is it?') {
    if (leading) pass({ kind: 'live' });
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

let waiting: ReturnType<typeof setTimeout> | undefined;

function take(events: StreamEvent[]): void {
  for (const event of events) {
    if (event.id !== null) lastId = event.id;
    if (event.kind === 'hello') tell({ kind: 'live' });
    else waiting ??= setTimeout(changed, gather);
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
    const response = await fetch('/api/v1/events', {
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
  while (!signal.aborted) {
    const began = Date.now();
    try {
      await listen(signal);
    } catch {
      // Why does not matter here: it is tried again, and reading says what is wrong.
    }
    if (signal.aborted) return;
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
  channel.postMessage('how is it?' satisfies Said);
  void navigator.locks.request('pillarbox-events', { signal: ended.signal }, lead).catch(() => {});
  return () => {
    ended.abort();
    leading = false;
    stream.value = 'none';
    listener = () => {};
  };
}

onEnd(() => {
  lastId = '';
});
