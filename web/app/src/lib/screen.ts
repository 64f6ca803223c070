import { signal } from '@preact/signals';

function follow(query: string) {
  const media = matchMedia(query);
  const matches = signal(media.matches);
  media.addEventListener('change', (event) => (matches.value = event.matches));
  return matches;
}

/** One pane at a time. */
export const narrow = follow('(max-width: 720px)');
export const dark = follow('(prefers-color-scheme: dark)');
