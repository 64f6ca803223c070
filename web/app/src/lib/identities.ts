import { signal } from '@preact/signals';
import { getJson } from './api';
import { onEnd } from './session';
import type { Identity } from './signature';

/** The own one first; null until somebody asks for them. */
export const identities = signal<Identity[] | null>(null);

let asking: Promise<Identity[]> | null = null;

export function forgetIdentities(): void {
  asking = identities.value = null;
}

onEnd(forgetIdentities);

/** Asked once. Throws when they cannot be had; the next call asks again. */
export function loadIdentities(): Promise<Identity[]> {
  asking ??= getJson<{ items: Identity[] }>('/identities').then(
    ({ items }) => (identities.value = items),
    (error: unknown) => {
      asking = null;
      throw error;
    },
  );
  return asking;
}
