import { signal } from '@preact/signals';
import { call, getJson, onSignedOut, setCsrfToken } from './api';
import { go, route } from './navigation';
import type { SessionInfo } from './types';

/** Who is signed in; null until that is known, or when nobody is. */
export const session = signal<SessionInfo | null>(null);

function begin(info: SessionInfo): void {
  if (session.value && session.value.account.address !== info.account.address) end(); // somebody else
  signInHere.value = false;
  setCsrfToken(info.csrfToken);
  session.value = info;
}

/** What to forget when somebody signs out. */
const endings: (() => void)[] = [];
export function onEnd(action: () => void): void {
  endings.push(action);
}

function end(): void {
  setCsrfToken('');
  session.value = null;
  for (const action of endings) action();
}

export async function loadSession(signal?: AbortSignal): Promise<void> {
  begin(await getJson<SessionInfo>('/session', signal));
}

export async function signIn(address: string, password: string, staySignedIn: boolean): Promise<void> {
  const response = await call('POST', '/session', { body: { address, password, staySignedIn } });
  begin((await response.json()) as SessionInfo);
}

const usualLife = 12 * 3_600_000; // ms, of a session that does not stay

/** The same person proves again who they are; a browser that stays signed in goes on doing so. */
export async function signInAgain(password: string): Promise<void> {
  const now = session.value;
  const stays = now !== null && Date.parse(now.expires) - Date.now() > usualLife;
  await signIn(now?.account.address ?? '', password, stays);
}

/** The password is changed: this browser stays signed in, the others do not. */
export async function changePassword(current: string, wanted: string): Promise<void> {
  const response = await call('POST', '/password', { body: { current, new: wanted } });
  begin((await response.json()) as SessionInfo);
}

export async function signOut(): Promise<void> {
  await call('DELETE', '/session');
  end();
  go({ name: 'sign-in', next: '/mail/inbox' });
}

/** Somebody has to sign in again, here: there is something that must not be lost. */
export const signInHere = signal(false);

let holdsPlace: () => boolean = () => false;

/** Says whether there is something on the page that leaving it would lose. */
export function onLosingPlace(holds: () => boolean): void {
  holdsPlace = holds;
}

/** Leads to the sign-in page, and back here afterwards. */
export function leaveForSignIn(): void {
  signInHere.value = false;
  end();
  const now = route.value;
  if (now.name !== 'sign-in') go({ name: 'sign-in', next: location.pathname + location.search }, true);
}

function askAgain(): void {
  if (route.value.name !== 'sign-in' && holdsPlace()) signInHere.value = true;
  else leaveForSignIn();
}

onSignedOut(askAgain);
