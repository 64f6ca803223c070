import { signal } from '@preact/signals';
import { formatRoute, parseRoute, type Route } from './router';

/** The route now shown. */
export const route = signal<Route>(parseRoute(location.pathname, location.search));

/** Whether the document itself came with 404: the server knows no such page. */
const here = () => location.pathname + location.search;

function follow(): void {
  route.value = parseRoute(location.pathname, location.search);
}

/** Goes to a route; `replace` leaves no step for Back. */
export function go(to: Route | string, replace = false): void {
  const url = typeof to === 'string' ? to : formatRoute(to);
  if (url !== here()) {
    if (replace) history.replaceState(null, '', url);
    else history.pushState(null, '', url);
  } else if (replace) {
    history.replaceState(history.state, '', url);
  }
  follow();
}

/** What this step of the history remembers: how far the list was scrolled. */
export function remember(scroll: number): void {
  history.replaceState({ ...(history.state as object | null), scroll }, '');
}

export function remembered(): number {
  const state = history.state as { scroll?: unknown } | null;
  return typeof state?.scroll === 'number' ? state.scroll : 0;
}

/** Follows links of our own without loading the page anew. */
function followClick(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = (event.target as Element | null)?.closest?.('a[href]') as HTMLAnchorElement | null;
  if (!link || link.origin !== location.origin || link.target || link.hasAttribute('download')) return;
  if (link.pathname.startsWith('/api/') || link.getAttribute('href')?.startsWith('#')) return;
  event.preventDefault();
  go(link.pathname + link.search);
}

export function startNavigation(): void {
  addEventListener('popstate', follow);
  document.addEventListener('click', followClick);
}
