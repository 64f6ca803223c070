import { computed, signal } from '@preact/signals';
import { settings } from './settings';

function follow(query: string) {
  const media = matchMedia(query);
  const matches = signal(media.matches);
  media.addEventListener('change', (event) => (matches.value = event.matches));
  return matches;
}

/** One pane at a time. */
export const narrow = follow('(max-width: 720px)');
const darkSystem = follow('(prefers-color-scheme: dark)');
export const dark = computed(() => (settings.value.theme === 'system' ? darkSystem.value : settings.value.theme === 'dark'));

/** px of a row of a list; `--row` of the style sheets is the same. */
export const rowHeight = computed(() => (settings.value.density === 'compact' ? 44 : narrow.value ? 72 : 64));
