import type { Draft, Fields } from './client';

/** What this tab holds of a draft until the server does: a reload or a crash loses no word. */
export interface Copy {
  key: string;
  fields: Fields;
  draft: Draft | null; // as the server last had it
  saved: boolean; // the server has these fields
}

const prefix = 'pillarbox draft ';

const place = (account: string, key: string): string => `${prefix}${account} ${key}`;

/** False when the browser has no room for it. */
export function keepCopy(account: string, copy: Copy): boolean {
  try {
    sessionStorage.setItem(place(account, copy.key), JSON.stringify(copy));
    return true;
  } catch {
    return false; // the words are still in memory, and on their way to the server
  }
}

export function dropCopy(account: string, key: string): void {
  sessionStorage.removeItem(place(account, key));
}

/** Those of one account; another's are left where they are. */
export function copiesOf(account: string): Copy[] {
  const copies: Copy[] = [];
  for (let i = 0; i < sessionStorage.length; i++) {
    const name = sessionStorage.key(i);
    if (!name?.startsWith(place(account, ''))) continue;
    copies.push(JSON.parse(sessionStorage.getItem(name) ?? '') as Copy);
  }
  return copies.sort((a, b) => (a.key < b.key ? -1 : 1));
}
