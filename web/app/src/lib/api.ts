import { signal } from '@preact/signals';

/** What is wrong with one member of a request. */
export interface FieldError {
  pointer: string;
  detail: string;
  offset?: number; // octets into its text
}

/** What the server said instead of what was asked for (RFC 9457). */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly kind: string,
    detail: string,
    readonly errors: FieldError[] = [],
  ) {
    super(detail);
  }
}

/** The server could not be reached at all. */
export class Unreachable extends Error {
  constructor() {
    super('Pillarbox cannot be reached.');
  }
}

/** Whether the server answered the last time it was asked. */
export const online = signal(true);

let csrfToken = '';
let signedOut: () => void = () => {};

export function setCsrfToken(token: string): void {
  csrfToken = token;
}

/** What to do when an answer says that the session has ended. */
export function onSignedOut(action: () => void): void {
  signedOut = action;
}

export interface Options {
  body?: unknown;
  keepalive?: boolean; // goes on when the page has gone
  signal?: AbortSignal;
  headers?: Record<string, string>;
}

async function problemOf(response: Response): Promise<Problem> {
  try {
    const body = (await response.json()) as { type?: string; detail?: string; errors?: FieldError[] };
    const kind = (body.type ?? '').split(':').pop() ?? '';
    return new Problem(response.status, kind, body.detail ?? response.statusText, body.errors);
  } catch {
    return new Problem(response.status, '', `The server answered ${response.status}.`);
  }
}

/** What proves that a request comes from this page. */
export const proof = (): Record<string, string> => (csrfToken ? { 'X-CSRF-Token': csrfToken } : {});

/** Notes that there was no answer. */
export function unreachable(): Unreachable {
  online.value = false;
  return new Unreachable();
}

/** Passes an answer on, unless it is a problem. */
export async function accept(response: Response, signingIn = false): Promise<Response> {
  online.value = true;
  if (response.ok) return response;
  const problem = await problemOf(response);
  if (problem.status === 401 && !signingIn) signedOut();
  throw problem;
}

/** Asks the API. Throws Problem, Unreachable, or the abort of `signal`. */
export async function call(method: string, path: string, options: Options = {}): Promise<Response> {
  const headers: Record<string, string> = { ...options.headers, ...(method === 'GET' ? {} : proof()) };
  if (options.body !== undefined) headers['Content-Type'] = 'application/json';
  let response: Response;
  try {
    response = await fetch(`/api/v1${path}`, {
      method,
      headers,
      credentials: 'same-origin',
      body: options.body === undefined ? null : JSON.stringify(options.body),
      signal: options.signal ?? null,
      keepalive: options.keepalive ?? false,
    });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw unreachable();
  }
  return accept(response, method === 'POST' && path === '/session');
}

export async function getJson<T>(path: string, signal?: AbortSignal): Promise<T> {
  const response = await call('GET', path, signal ? { signal } : {});
  return (await response.json()) as T;
}

/** What to tell a person about a failure. */
export function explain(error: unknown): string {
  return error instanceof Error ? error.message : 'Something went wrong.';
}

export const isAbort = (error: unknown): boolean => error instanceof DOMException && error.name === 'AbortError';
