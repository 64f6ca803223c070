import { effect, signal } from '@preact/signals';
import { call, getJson } from './api';
import { onEnd, session } from './session';

/** What a person has chosen of how their mail looks and behaves. */
export interface Settings {
  theme: 'system' | 'light' | 'dark';
  density: 'comfortable' | 'compact';
  conversations: boolean; // rows of a list are conversations
  shortcuts: boolean; // keys of a single letter
  notifications: boolean; // new mail, where the browser may
  imagesFrom: string[]; // senders whose remote images are loaded without asking
}

const usual: Settings = { theme: 'system', density: 'comfortable', conversations: true, shortcuts: true, notifications: false, imagesFrom: [] };

/** They are the account's; the copy is there before the server has answered, and tells other tabs. */
const copy = 'pillarbox-settings';

function readCopy(): Settings {
  try {
    return { ...usual, ...(JSON.parse(localStorage.getItem(copy) ?? '{}') as Partial<Settings>) };
  } catch {
    return usual; // the browser keeps nothing, or what it kept is none
  }
}

export const settings = signal<Settings>(readCopy());

function show(now: Settings): void {
  const text = JSON.stringify(now);
  if (text === JSON.stringify(settings.peek())) return;
  settings.value = now;
  try {
    localStorage.setItem(copy, text);
  } catch {
    // Without the copy they come with the server's answer.
  }
}

/** Chosen at once, and back should the server refuse. */
export async function changeSettings(change: Partial<Settings>): Promise<void> {
  const before = settings.value;
  show({ ...before, ...change });
  try {
    await call('PATCH', '/settings', { body: change });
  } catch (error) {
    show(before);
    throw error;
  }
}

addEventListener('storage', (event) => {
  if (event.key === copy) settings.value = readCopy();
});

effect(() => {
  const { theme, density } = settings.value;
  const root = document.documentElement;
  root.dataset['theme'] = theme;
  root.dataset['density'] = density;
});

// Whoever is signed in has their own.
effect(() => {
  if (session.value) void getJson<Settings>('/settings').then(show, () => {}); // the copy is good until next time
});

onEnd(() => {
  settings.value = usual;
  try {
    localStorage.removeItem(copy);
  } catch {
    // There is none.
  }
});
