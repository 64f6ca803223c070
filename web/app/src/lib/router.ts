/** A list, and the message beside it. */
export type MailRoute = { name: 'mail'; mailbox: string; message: string | null; oldestFirst?: boolean };
export type SearchRoute = { name: 'search'; query: string; within: string | null; message: string | null; oldestFirst?: boolean };

/** Where the person is. Everything worth sending to a colleague is in the URL. */
export type Route =
  | { name: 'home' }
  | { name: 'sign-in'; next: string }
  | MailRoute
  | SearchRoute
  | { name: 'setup'; code: string }
  | { name: 'set-password' } // its code stands behind the '#'
  | { name: 'settings'; section: Section }
  | { name: 'admin'; page: AdminPage }
  | { name: 'not-found' };

/** What administrators have pages for. */
export const adminPages = ['overview', 'domains', 'accounts', 'aliases', 'queue'] as const;
export type AdminPage = (typeof adminPages)[number];

/** What everybody can set for themselves. */
export const sections = ['profile', 'identities', 'password', 'sessions', 'notifications', 'appearance', 'app-passwords', 'mail-programs', 'import-export', 'tokens'] as const;
export type Section = (typeof sections)[number];

const inbox = '/mail/inbox';

/** A path of this origin, fit to go to after signing in; anything else is the Inbox. */
export function safeNext(next: string | null): string {
  if (!next || !next.startsWith('/')) return inbox;
  // "//host" and "/\host" lead to another origin; control characters are dropped by URL parsers.
  if (/^\/[/\\]/.test(next) || /[\u0000-\u001f\\]/.test(next)) return inbox;
  const path = next.split(/[?#]/, 1)[0];
  return path === '/' || path === '/sign-in' ? inbox : next;
}

/** The API's word for lists that begin with the oldest; addresses have it too. */
export const oldestFirstSort = 'received';
const turned = (parameters: URLSearchParams) => parameters.get('sort') === oldestFirstSort && { oldestFirst: true };

function decode(segment: string): string | null {
  try {
    return decodeURIComponent(segment);
  } catch {
    return null;
  }
}

function parseSearch(parts: string[], parameters: URLSearchParams): Route {
  const message = parts.length === 2 ? decode(parts[1] ?? '') : null;
  if (parts.length > 2 || message === '' || (parts.length === 2 && message === null)) return { name: 'not-found' };
  return { name: 'search', query: parameters.get('q') ?? '', within: parameters.get('in') || null, message, ...turned(parameters) };
}

export function parseRoute(path: string, search: string): Route {
  if (path === '/' || path === '/mail' || path === '/mail/') return { name: 'home' };
  if (path === '/sign-in') return { name: 'sign-in', next: safeNext(new URLSearchParams(search).get('next')) };
  if (path === '/setup') return { name: 'setup', code: new URLSearchParams(search).get('code') ?? '' };
  if (path === '/set-password') return { name: 'set-password' };
  const parts = path.split('/').slice(1);
  if (parts[0] === 'admin') {
    const page = adminPages.find((one) => one === parts[1]);
    return page && parts.length === 2 ? { name: 'admin', page } : { name: 'not-found' };
  }
  if (parts[0] === 'settings') {
    const section = sections.find((one) => one === parts[1]);
    return section && parts.length === 2 ? { name: 'settings', section } : { name: 'not-found' };
  }
  if (parts[0] === 'search') return parseSearch(parts, new URLSearchParams(search));
  if (parts[0] !== 'mail' || parts.length > 3) return { name: 'not-found' };
  const mailbox = decode(parts[1] ?? '');
  const message = parts.length === 3 ? decode(parts[2] ?? '') : null;
  if (!mailbox || message === '') return { name: 'not-found' };
  return { name: 'mail', mailbox, message, ...turned(new URLSearchParams(search)) };
}

/** The message that the route shows beside its list. */
export const messageOf = (route: Route): string | null => (route.name === 'mail' || route.name === 'search' ? route.message : null);

export function formatRoute(route: Route): string {
  switch (route.name) {
    case 'home':
      return '/';
    case 'sign-in':
      return route.next === inbox ? '/sign-in' : `/sign-in?next=${encodeURIComponent(route.next)}`;
    case 'mail': {
      const list = `/mail/${encodeURIComponent(route.mailbox)}`;
      return `${list}${route.message ? `/${encodeURIComponent(route.message)}` : ''}${route.oldestFirst ? `?sort=${oldestFirstSort}` : ''}`;
    }
    case 'search': {
      const parameters = new URLSearchParams({ q: route.query });
      if (route.within) parameters.set('in', route.within);
      if (route.oldestFirst) parameters.set('sort', oldestFirstSort);
      return `/search${route.message ? `/${encodeURIComponent(route.message)}` : ''}?${parameters}`;
    }
    case 'setup':
      return route.code ? `/setup?code=${encodeURIComponent(route.code)}` : '/setup';
    case 'set-password':
      return '/set-password';
    case 'settings':
      return `/settings/${route.section}`;
    case 'admin':
      return `/admin/${route.page}`;
    case 'not-found':
      return '/not-found';
  }
}
