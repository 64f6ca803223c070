import { call, getJson } from '../lib/api';
import type { Person } from '../lib/types';
import { upload } from '../lib/upload';

/** What a person writes. */
export interface Fields {
  from: Person | null; // the account's own address when null
  to: Person[];
  cc: Person[];
  bcc: Person[];
  subject: string;
  text: string;
}

export type Answering = 'reply' | 'replyAll' | 'forward';

export interface DraftFile {
  id: string;
  name: string;
  type: string;
  size: number;
}

/** A draft as the server has it. */
export interface Draft {
  id: string;
  message: string;
  state: string;
  from: Person;
  to: Person[];
  cc: Person[];
  bcc: Person[];
  subject: string;
  text: string;
  attachments: DraftFile[];
  inReplyTo: string | null;
  kind: 'new' | Answering;
  saved: string;
  sending: string | null; // the submission that is about to send it
}

export interface Submission {
  id: string;
  left: number; // ms in which it can be undone
}

export interface SubmissionState {
  id: string;
  draft: string;
  state: 'pending' | 'sent' | 'undone' | 'failed';
  detail: string;
}

const largestKept = 60_000; // octets that a browser still sends for a page that has gone: 64 KiB, all requests together

const at = (id: string): string => `/drafts/${encodeURIComponent(id)}`;
const json = async <T>(response: Response): Promise<T> => (await response.json()) as T;

function bodyOf(fields: Fields): Record<string, unknown> {
  const { from, ...rest } = fields;
  return from ? { from, ...rest } : rest;
}

/** Not worth a request that the browser refuses as too large. */
const keeps = (body: unknown, wanted: boolean): boolean => wanted && new Blob([JSON.stringify(body)]).size < largestKept;

/** `key` is the same for every try to begin the same draft, which the first that comes in begins; `found` by another. */
export async function createDraft(fields: Fields, key: string, keepalive = false): Promise<{ draft: Draft; found: boolean }> {
  const body = bodyOf(fields);
  const headers = { 'Idempotency-Key': key };
  const response = await call('POST', '/drafts', { body, headers, keepalive: keeps(body, keepalive) });
  return { draft: await json<Draft>(response), found: response.status === 200 };
}

/** The server quotes, names the recipients, and takes a forwarded message's files along. */
export async function answer(inReplyTo: string, kind: Answering): Promise<Draft> {
  return json(await call('POST', '/drafts', { body: { inReplyTo, kind } }));
}

/** By its id, or that of any message in Drafts. */
export const readDraft = (id: string): Promise<Draft> => getJson<Draft>(at(id));

export async function saveDraft(draft: Draft, fields: Fields, keepalive = false): Promise<Draft> {
  const body = bodyOf(fields);
  const headers = { 'If-Match': `"${draft.state}"` };
  return json(await call('PUT', at(draft.id), { body, headers, keepalive: keeps(body, keepalive) }));
}

export async function removeDraft(id: string, keepalive = false): Promise<void> {
  await call('DELETE', at(id), { keepalive });
}

export async function attachFile(id: string, file: File, progress: (part: number) => void, signal: AbortSignal): Promise<Draft> {
  const parameters = new URLSearchParams({ name: file.name });
  if (/^[\w.+-]+\/[\w.+-]+$/.test(file.type)) parameters.set('type', file.type);
  return json(await upload(`${at(id)}/attachments?${parameters}`, file, progress, signal));
}

export async function detachFile(id: string, file: string): Promise<Draft> {
  return json(await call('DELETE', `${at(id)}/attachments/${encodeURIComponent(file)}`));
}

/** `key` is the same for every try to send the same words: they go out once. */
export async function sendDraft(draft: Draft, key: string): Promise<Submission> {
  const headers = { 'Idempotency-Key': key, 'If-Match': `"${draft.state}"` };
  const response = await call('POST', `${at(draft.id)}/send`, { body: {}, headers });
  const now = Date.parse(response.headers.get('Date') ?? '') || Date.now(); // by the clock that sendAt is of
  const { id, sendAt } = await json<{ id: string; sendAt: string }>(response);
  return { id, left: Math.max(0, Date.parse(sendAt) - now) };
}

export const readSubmission = (id: string): Promise<SubmissionState> => getJson<SubmissionState>(`/submissions/${encodeURIComponent(id)}`);

export async function undoSubmission(id: string): Promise<SubmissionState> {
  return json(await call('DELETE', `/submissions/${encodeURIComponent(id)}`));
}

export async function findContacts(prefix: string, signal: AbortSignal): Promise<Person[]> {
  const answer = await getJson<{ items: Person[] }>(`/contacts?${new URLSearchParams({ prefix })}`, signal);
  return answer.items;
}

/** A key that no other message has. */
export function randomKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((octet) => octet.toString(16).padStart(2, '0')).join('');
}
