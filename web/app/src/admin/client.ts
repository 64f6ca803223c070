import { call, getJson } from '../lib/api';

/** What the API answers to administrators; members not used here are left out. */
export interface Task {
  id: string;
  done: boolean;
  title: string;
  detail: string;
}

export interface Overview {
  version: string;
  hostname: string;
  up: number; // seconds
  accounts: number;
  domains: number;
  aliases: number;
  messages: number;
  octets: number;
  queue: { total: number; held: number; oldest: string | null };
  disk: { free: number; size: number } | null;
  tasks: Task[];
}

export interface Account {
  id: string;
  address: string;
  admin: boolean;
  enabled: boolean;
  messages: number;
  octets: number;
  quota: number; // octets; 0: the server's default
  limit: number; // octets
  created: string;
}

export interface Domain {
  name: string;
  octets: number;
  quota: number; // octets; 0: none
  accounts: number;
  aliases: number;
  separators: string;
  ownSeparators: boolean;
  created: string;
}

export interface Alias {
  address: string;
  targets: string[];
  enabled: boolean;
  state: 'enabled' | 'disabled' | 'ended';
  until: string | null;
}

export interface Queued {
  id: string;
  state: 'waiting' | 'held' | 'sending' | 'later';
  held: boolean;
  from: string;
  to: string;
  octets: number;
  queued: string;
  attempts: number;
  tried: string | null;
  next: string | null;
  host: string;
  reply: string;
  /** What that means for people; may be empty. */
  meaning: string;
  asked: string;
  /** How fast messages may go there, of what could go now; may be empty. */
  waits: string;
}

export interface List<T> {
  items: T[];
  total: number;
}

export const fetchList = <T>(what: string, words: string, signal: AbortSignal) =>
  getJson<List<T>>(`/admin/${what}${words ? `?q=${encodeURIComponent(words)}` : ''}`, signal);

const part = (text: string) => encodeURIComponent(text);

async function send<T>(method: string, path: string, body: unknown): Promise<T> {
  const response = await call(method, `/admin/${path}`, { body });
  return (await response.json()) as T;
}

export interface Secret {
  password: string | null; // when the server made one up
}

export const addAccount = (wish: { address: string; password?: string; admin: boolean; quota: number }) => send<Account & Secret>('POST', 'accounts', wish);
export const changeAccount = (id: string, change: { admin?: boolean; enabled?: boolean; quota?: number }) => send<Account>('PATCH', `accounts/${part(id)}`, change);
export const resetPassword = (id: string, password: string) => send<Secret>('POST', `accounts/${part(id)}/password`, password ? { password } : {});
export const makeResetLink = (id: string) => send<{ link: string; expires: string }>('POST', `accounts/${part(id)}/reset-link`, {});
export const removeAccount = (id: string) => call('DELETE', `/admin/accounts/${part(id)}`);

export const addDomain = (name: string) => send<Domain>('POST', 'domains', { name });
export const changeDomain = (name: string, change: { quota?: number; separators?: string }) => send<Domain>('PATCH', `domains/${part(name)}`, change);
export const removeDomain = (name: string) => call('DELETE', `/admin/domains/${part(name)}`);

export const addAlias = (wish: { address: string; targets: string[]; until: string }) => send<Alias>('POST', 'aliases', wish);
export const changeAlias = (address: string, change: { targets?: string[]; until?: string; enabled?: boolean }) => send<Alias>('PATCH', `aliases/${part(address)}`, change);
export const removeAlias = (address: string) => call('DELETE', `/admin/aliases/${part(address)}`);

export type QueueAction = 'hold' | 'release' | 'retry' | 'return';
export const changeQueued = (id: string | null, action: QueueAction) => send<{ changed: number }>('POST', id ? `queue/${part(id)}` : 'queue', { action });
export const dropQueued = (id: string) => call('DELETE', `/admin/queue/${part(id)}`);
