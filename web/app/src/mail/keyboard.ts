import type { Answering } from '../compose/client';
import { answerMessage, compose } from '../compose/composer';
import { go, route } from '../lib/navigation';
import { actOnNewest } from '../lib/notices';
import { messageOf } from '../lib/router';
import { narrow } from '../lib/screen';
import { dialogOpen } from '../shell/dialog';
import { helpShown } from '../shell/keys';
import { moveTo } from './grid';
import { openRow } from './open';
import { focusSearch } from './search-box';
import { current, list, opened, setFlags, toggleStar } from './state';

const places: Record<string, string> = { i: 'inbox', s: 'sent', d: 'drafts', a: 'archive', t: 'trash' };

function inField(target: EventTarget | null): boolean {
  const element = target instanceof Element ? target : null;
  return element?.closest('input, textarea, select, [contenteditable], dialog[open], [role=dialog], [role=menu]') !== null && element !== null;
}

/** The message that keys act on: the open one, else the row with the keyboard. */
function target(): { id: string; mailbox: string } | null {
  const now = opened.value;
  if (now?.message) return { id: now.id, mailbox: now.message.mailbox };
  return list.value?.row(current.value) ?? null;
}

function answer(kind: Answering): boolean {
  const message = target();
  if (message) void answerMessage(message.id, kind);
  return message !== null;
}

function mark(seen: boolean): void {
  const message = target();
  if (message) void setFlags(message.id, message.mailbox, { seen });
}

export function backToList(): void {
  const message = messageOf(route.value);
  const shown = list.value;
  if (!message || !shown) return;
  const at = shown.indexOf(message);
  go(shown.routeTo(null));
  moveTo(shown, at >= 0 ? at : current.value);
}

function step(by: number): void {
  const shown = list.value;
  if (!shown) return;
  const message = messageOf(route.value);
  if (narrow.value && message) {
    const next = shown.row(shown.indexOf(message) + by);
    if (next) openRow(shown, next, true);
    return;
  }
  const first = !message && !document.activeElement?.closest('[role=row]');
  moveTo(shown, first ? current.value : current.value + by, true);
}

let leader = 0; // when "g" was pressed

/** What a key does here; true when it did something. */
function press(key: string, shift: boolean): boolean {
  if (Date.now() - leader < 1500) {
    leader = 0;
    const place = places[key];
    if (place) go({ name: 'mail', mailbox: place, message: null });
    return place !== undefined;
  }
  switch (key) {
    case 'g':
      leader = Date.now();
      return true;
    case 'j':
    case 'ArrowDown':
      step(1);
      return true;
    case 'k':
    case 'ArrowUp':
      step(-1);
      return true;
    case 'Enter':
    case 'o': {
      const message = list.value?.row(current.value);
      if (message && list.value) openRow(list.value, message);
      return true;
    }
    case 'u':
    case 'Escape':
      backToList();
      return true;
    case 's': {
      const message = target();
      if (message) toggleStar(message.id, message.mailbox);
      return true;
    }
    case 'I':
      if (shift) mark(true);
      return shift;
    case 'U':
      if (shift) mark(false);
      return shift;
    case 'c':
      compose();
      return true;
    case 'r':
      return answer('reply');
    case 'a':
      return answer('replyAll');
    case 'f':
      return answer('forward');
    case 'z':
      return actOnNewest();
    case '/':
      focusSearch();
      return true;
    case '?':
      helpShown.value = true;
      return true;
    default:
      return false;
  }
}

/** Keys that the message frame passes on: it has the focus, not the page. */
export function pressFromFrame(key: string, shift: boolean): void {
  if (!dialogOpen()) press(key, shift);
}

export function startKeyboard(): () => void {
  const onKey = (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || dialogOpen()) return;
    if (inField(event.target)) return;
    // Buttons and links keep the keys that are theirs; the panes that scroll keep the arrows.
    const element = event.target as Element;
    const control = element.closest?.('a, button, summary');
    if (control && (event.key === 'Enter' || event.key === ' ')) return;
    const inMessage = element.closest?.('.message-pane');
    if (inMessage && event.key.startsWith('Arrow')) return;
    if (press(event.key, event.shiftKey)) event.preventDefault();
  };
  addEventListener('keydown', onKey);
  return () => removeEventListener('keydown', onKey);
}
