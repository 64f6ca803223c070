import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { explain, getJson, isAbort, Problem } from '../lib/api';
import { exactDate, size } from '../lib/format';
import type { Message, Part } from '../lib/types';
import { Dialog } from '../shell/dialog';

/** What an answer came to; `null` until it has. */
function useAnswer<T>(path: string): { answer: T | null; error: unknown } {
  const [answer, setAnswer] = useState<T | null>(null);
  const [error, setError] = useState<unknown>(null);
  useEffect(() => {
    const controller = new AbortController();
    getJson<T>(path, controller.signal).then(setAnswer, (failure: unknown) => {
      if (!isAbort(failure)) setError(failure);
    });
    return () => controller.abort();
  }, [path]);
  return { answer, error };
}

function Branch({ message, part }: { message: Message; part: Part }) {
  const kind = [part.type, part.charset, part.name, part.parts.length > 0 ? '' : size(part.size)].filter(Boolean).join(', ');
  return (
    <li>
      {part.parts.length === 0 && part.path ? (
        <a href={`/api/v1/messages/${message.id}/parts/${part.path}?download=1`} download>
          {kind}
        </a>
      ) : (
        kind
      )}
      {part.disposition && <span class="muted"> {part.disposition}</span>}
      {part.parts.length > 0 && (
        <ul>
          {part.parts.map((child) => (
            <Branch message={message} part={child} />
          ))}
        </ul>
      )}
    </li>
  );
}

/** The tree of parts; each can be had by itself. */
export function StructureDialog({ message, onClose }: { message: Message; onClose: () => void }) {
  return (
    <Dialog title="Structure" wide onClose={onClose}>
      <ul class="tree">
        <Branch message={message} part={message.structure} />
      </ul>
    </Dialog>
  );
}

interface Happening {
  at: string;
  kind: string;
  mailbox?: string;
  address?: string;
  protocol?: string;
  tls?: string;
  sender?: string;
  recipient?: string;
  name?: string;
  reason?: string;
  device?: string | null;
}

const deviceOf = (one: Happening): string => (one.device ? one.device : 'a program with the account’s password');

/** What happened, in a sentence. */
function sentence(one: Happening): string {
  const place = one.mailbox ? ` ${one.mailbox}` : ' a mailbox that is gone';
  switch (one.kind) {
    case 'stored':
      return `Arrived${one.address ? ` from ${one.address}` : ''}${one.protocol ? ` by ${one.protocol}` : ''}, put into${place}`;
    case 'fetched':
      return `Fetched by ${deviceOf(one)}`;
    case 'read':
      return 'Marked as read';
    case 'moved':
      return `Moved to${place}`;
    case 'copied':
      return `Copied to${place}`;
    case 'deleted':
      return `Deleted${one.protocol === 'POP3' ? ` by ${deviceOf(one)}` : ''}`;
    case 'restored':
      return `Restored into${place}`;
    case 'queued':
      return `Waits for ${one.recipient ?? 'another server'}`;
    case 'relayed':
      return `Taken by ${one.address ?? 'another server'}`;
    case 'deferred':
      return `Not taken yet by ${one.address ?? 'another server'}`;
    case 'exposed':
      return `Sent to ${one.address ?? 'another server'} with less encryption than mail to its domain had before`;
    case 'returned':
      return 'Returned to its sender';
    case 'dropped':
      return 'Taken out of the queue';
    case 'verified':
      return 'Found out whom it is from';
    case 'judged':
      return 'Looked at for junk';
    default:
      return 'Let go for good';
  }
}

function Details({ one }: { one: Happening }) {
  const more: ComponentChildren[] = [];
  if (one.sender !== undefined && one.kind === 'stored') more.push(`from <${one.sender}>`);
  if (one.recipient && one.kind === 'stored') more.push(`for ${one.recipient}`);
  if (one.tls) more.push(one.tls);
  if (one.name) more.push(`stored as ${one.name}`);
  if (one.reason) more.push(one.reason);
  return more.length > 0 ? <p class="muted">{more.join(', ')}</p> : null;
}

function Transcript({ id }: { id: string }) {
  const { answer, error } = useAnswer<{ text: string; whole: boolean }>(`/messages/${id}/transcript`);
  if (error instanceof Problem && error.status === 404) return <p class="muted">There is no transcript of the session that brought it.</p>;
  if (error) return <p class="alert" role="alert">{explain(error)}</p>;
  return (
    <>
      <h3>The session that brought it</h3>
      <pre class="original" tabIndex={0} aria-label="SMTP session" aria-busy={!answer}>
        {answer?.text}
      </pre>
    </>
  );
}

/** What happened to the message, and the SMTP session that brought it. */
export function TranscriptDialog({ message, onClose }: { message: Message; onClose: () => void }) {
  const { answer, error } = useAnswer<{ items: Happening[] }>(`/messages/${message.id}/trace`);
  return (
    <Dialog title="Delivery transcript" wide onClose={onClose}>
      {error !== null && <p class="alert" role="alert">{explain(error)}</p>}
      <ol class="history" aria-label="What happened" aria-busy={!answer && error === null}>
        {answer?.items.map((one) => (
          <li>
            <time dateTime={one.at}>{exactDate(one.at)}</time>
            <p>{sentence(one)}</p>
            <Details one={one} />
          </li>
        ))}
      </ol>
      <Transcript id={message.id} />
    </Dialog>
  );
}
