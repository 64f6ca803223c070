import { useEffect, useRef } from 'preact/hooks';
import { go, route } from '../lib/navigation';
import { Icon } from '../shell/icon';
import { FoundList } from './found';
import { moveTo } from './grid';
import { list } from './state';

const name = 'search';

export function focusSearch(): void {
  const box = document.querySelector<HTMLInputElement>(`input[name=${name}]`);
  box?.focus();
  box?.select();
}

export function SearchBox() {
  const box = useRef<HTMLInputElement>(null);
  const now = route.value;
  const query = now.name === 'search' ? now.query : '';
  const within = now.name === 'search' ? now.within : null;
  const found = list.value instanceof FoundList ? list.value : null;
  const mistake = found?.mistake.value ?? null;

  useEffect(() => {
    if (box.current) box.current.value = query;
  }, [query]);

  // Where the mistake is, the next key replaces it.
  const point = () => {
    if (!mistake || !box.current) return;
    box.current.focus();
    box.current.setSelectionRange(mistake.first, mistake.last);
  };
  useEffect(point, [mistake]);

  const submit = (event: Event) => {
    event.preventDefault();
    const words = box.current?.value.trim() ?? '';
    if (words === query && mistake) point();
    else go({ name: 'search', query: words, within, message: null });
  };

  const onKey = (event: KeyboardEvent) => {
    const shown = list.value;
    const toList = event.key === 'Escape' || (event.key === 'ArrowDown' && !event.altKey);
    if (!toList || event.isComposing) return;
    event.preventDefault();
    if (event.key === 'Escape' && box.current) box.current.value = query;
    box.current?.blur();
    if (shown?.total.value) moveTo(shown, 0);
    else document.querySelector<HTMLElement>('.message-pane')?.focus();
  };

  return (
    <form class="search" role="search" onSubmit={submit}>
      <Icon name="search" />
      <input
        ref={box}
        type="search"
        name={name}
        aria-label="Search mail"
        aria-invalid={mistake !== null}
        aria-describedby={mistake ? 'search-mistake' : undefined}
        aria-keyshortcuts="/"
        placeholder="Search mail"
        maxLength={1000}
        autocomplete="off"
        autocapitalize="none"
        spellcheck={false}
        enterkeyhint="search"
        onKeyDown={onKey}
      />
      <kbd aria-hidden="true">/</kbd>
    </form>
  );
}
