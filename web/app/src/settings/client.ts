import { call, getJson } from '../lib/api';
import type { Identity } from '../lib/signature';

/** What the API answers about one's own account; members not used here are left out. */
export interface BrowserSession {
  id: string;
  current: boolean;
  agent: string;
  address: string | null;
  created: string;
  lastSeen: string;
  expires: string;
}

export interface AppPassword {
  label: string;
  apop: boolean;
  created: string;
  lastUsed: string | null;
}

/** What fetches mail by POP3, known by the password that it signs in with. */
export interface Device {
  label: string | null; // null: the account's own password
  firstSeen: string | null;
  lastSeen: string | null;
  address: string | null;
  fetched: number;
}

export interface Policy {
  until: 'forever' | 'until-fetched';
  grace: number | null; // seconds
}

export type Scope = 'mail.read' | 'mail.send' | 'mail.write' | 'admin';

export interface Token {
  id: string;
  label: string;
  scopes: Scope[];
  created: string;
  expires: string | null;
  lastUsed: string | null;
}

export type { Identity };

export interface Identities {
  items: Identity[];
  domains: string[]; // all of which one may write from
}

export interface ClientServer {
  kind: 'pop3' | 'smtp';
  security: 'tls' | 'starttls' | 'none';
  host: string;
  port: number;
}

export interface ClientSettings {
  address: string;
  servers: ClientServer[];
}

const part = (text: string) => encodeURIComponent(text);
const json = async <T>(response: Response): Promise<T> => (await response.json()) as T;
const items = async <T>(path: string, signal: AbortSignal): Promise<T[]> => (await getJson<{ items: T[] }>(path, signal)).items;

export const listSessions = (signal: AbortSignal) => items<BrowserSession>('/sessions', signal);
export const endSession = (id: string) => call('DELETE', `/sessions/${part(id)}`);
export const endOthers = async () => (await json<{ ended: number }>(await call('DELETE', '/sessions'))).ended;

export const listAppPasswords = (signal: AbortSignal) => items<AppPassword>('/app-passwords', signal);
export const listDevices = (signal: AbortSignal) => items<Device>('/devices', signal);
export const addAppPassword = async (label: string, apop: boolean) => json<{ label: string; password: string }>(await call('POST', '/app-passwords', { body: { label, apop } }));
export const revokeAppPassword = (label: string) => call('DELETE', `/app-passwords/${part(label)}`);
export const readPolicy = (signal: AbortSignal) => getJson<Policy>('/devices/policy', signal);
export const changePolicy = async (policy: { until: string; grace?: number }) => json<Policy>(await call('PUT', '/devices/policy', { body: policy }));

export const listTokens = (signal: AbortSignal) => items<Token>('/tokens', signal);
export const addToken = async (wish: { label: string; scopes: string[]; days?: number }) => json<Token & { token: string }>(await call('POST', '/tokens', { body: wish }));
export const revokeToken = (id: string) => call('DELETE', `/tokens/${part(id)}`);

export const readIdentities = (signal?: AbortSignal) => getJson<Identities>('/identities', signal);
export const setIdentity = async (address: string, set: Omit<Identity, 'address'>) => json<Identity>(await call('PUT', `/identities/${part(address)}`, { body: set }));

export const readClientSettings = (signal: AbortSignal) => getJson<ClientSettings>('/client-settings', signal);
