/** The API's drafts in memory, behind fetch(): what the browser's half is tested against. */
import type { Draft, Fields } from '../src/compose/client';

interface Asked {
  method: string;
  path: string;
  headers: Record<string, string>;
}

export class FakeDrafts {
  drafts = new Map<string, Draft>();
  asked: Asked[] = [];
  away = false;
  signedOut = false;
  refuse: { path: RegExp; status: number; problem: object } | null = null;
  sent = new Map<string, string>(); // drafts by their key
  keyed = new Map<string, string>(); // the same, while they are written
  deaf = false; // what is asked is done, and the answer lost
  private serial = 40;

  install(): void {
    globalThis.fetch = (async (input: string, init: RequestInit) => this.answer(input, init)) as typeof fetch;
    const kept = new Map<string, string>();
    globalThis.sessionStorage = {
      get length() {
        return kept.size;
      },
      key: (i: number) => [...kept.keys()][i] ?? null,
      getItem: (name: string) => kept.get(name) ?? null,
      setItem: (name: string, value: string) => void kept.set(name, value),
      removeItem: (name: string) => void kept.delete(name),
      clear: () => kept.clear(),
    };
  }

  /** What another tab does. */
  changeElsewhere(id: string, patch: Partial<Draft>): void {
    const draft = this.drafts.get(id);
    if (draft) this.drafts.set(id, { ...draft, ...patch, state: String(++this.serial) });
  }

  requests(): string[] {
    return this.asked.map(({ method, path }) => `${method} ${path}`);
  }

  private answer(input: string, init: RequestInit): Response {
    const path = input.replace('/api/v1', '');
    const method = init.method ?? 'GET';
    const headers = init.headers as Record<string, string>;
    this.asked.push({ method, path, headers });
    const answer = this.refusal(method, path) ?? this.done(method, path, headers, init);
    if (this.deaf) throw new TypeError('Failed to fetch');
    return answer;
  }

  private refusal(method: string, path: string): Response | null {
    if (this.away) throw new TypeError('Failed to fetch');
    if (this.signedOut) return this.problem(401, {});
    if (this.refuse?.path.test(`${method} ${path}`)) return this.problem(this.refuse.status, this.refuse.problem);
    return null;
  }

  private done(method: string, path: string, headers: Record<string, string>, init: RequestInit): Response {
    const body = init.body ? (JSON.parse(String(init.body)) as Fields & { inReplyTo?: string; kind?: Draft['kind'] }) : null;
    const [, , id = '', verb] = path.split('/');
    if (method === 'POST' && path === '/drafts') {
      const begun = headers['Idempotency-Key'] ?? '';
      const found = this.drafts.get(this.keyed.get(begun) ?? '');
      if (found) return Response.json(found);
      const fresh = String(++this.serial);
      if (begun) this.keyed.set(begun, fresh);
      return this.put(fresh, body);
    }
    const draft = this.drafts.get(id);
    if (!draft) return this.problem(404, {});
    const state = headers['If-Match']?.replaceAll('"', '');
    if (state && state !== draft.state) return this.problem(412, {});
    if (method === 'DELETE') {
      this.drafts.delete(id);
      return new Response(null, { status: 204 });
    }
    if (method === 'PUT') return this.put(id, body);
    if (verb !== 'send') return Response.json(draft);
    const key = headers['Idempotency-Key'] ?? '';
    if (this.sent.get(id) && this.sent.get(id) !== key) return this.problem(409, {});
    this.sent.set(id, key);
    return Response.json({ id: '7', sendAt: new Date().toISOString() }, { status: 202 });
  }

  private put(id: string, body: (Partial<Fields> & { inReplyTo?: string; kind?: Draft['kind'] }) | null): Response {
    const before = this.drafts.get(id);
    const draft: Draft = {
      id,
      message: id,
      state: String(++this.serial),
      from: body?.from ?? { name: '', address: 'alice@example.org' },
      to: body?.to ?? [],
      cc: body?.cc ?? [],
      bcc: body?.bcc ?? [],
      subject: body?.subject ?? '',
      text: body?.text ?? '',
      attachments: before?.attachments ?? [],
      inReplyTo: body?.inReplyTo ?? null,
      kind: body?.kind ?? 'new',
      saved: '2025-11-25T17:22:01Z',
      sending: null,
    };
    this.drafts.set(id, draft);
    return Response.json(draft, { status: before ? 200 : 201 });
  }

  private problem(status: number, more: object): Response {
    return Response.json({ type: 'urn:pillarbox:problem:x', detail: `Refused with ${status}.`, ...more }, { status });
  }
}
