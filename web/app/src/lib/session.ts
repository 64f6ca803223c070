import { signal } from '@preact/signals';
import { call, getJson, onSignedOut, setCsrfToken } from './api';
import { go, route } from './navigation';
import type { SessionInfo } from './types';

/** Who is signed in; null until that is known, or when nobody is. */
export const session = signal<SessionInfo | null>(null);

function begin(info: SessionInfo): void {
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

export async function signOut(): Promise<void> {
  await call('DELETE', '/session');
  end();
  go({ name: 'sign-in', next: '/mail/inbox' });
}

/** Leads to the sign-in page, and back here afterwards. */
function askAgain(): void {
  end();
  const now = route.value;
  if (now.name !== 'sign-in') go({ name: 'sign-in', next: location.pathname + location.search }, true);
}

onSignedOut(askAgain);
