import type { Answering } from '../compose/client';
import { answerMessage, compose } from '../compose/composer';
import { go, route } from '../lib/navigation';
import { actOnNewest } from '../lib/notices';
import { messageOf } from '../lib/router';
import { narrow } from '../lib/screen';
import { settings } from '../lib/settings';
import { dialogOpen } from '../shell/dialog';
import { helpShown } from '../shell/keys';
import { archive, junk, mark, remove, star, target, type Target } from './actions';
import { neighbour } from './conversation';
import { moveTo } from './grid';
import { openRow } from './open';
import { asking } from './questions';
import { focusSearch } from './search-box';
import { checkTo, clearSelection, selecting, startRange, toggleAll, toggleChecked } from './selection';
import { current, list, opened } from './state';

const places: Record<string, string> = { i: 'inbox', s: 'sent', d: 'drafts', a: 'archive', t: 'trash' };

function inField(target: EventTarget | null): boolean {
  const element = target instanceof Element ? target : null;
  return element?.closest('input:not([type=checkbox]), textarea, select, [contenteditable], dialog[open], [role=dialog], [role=menu]') !== null && element !== null;
}

/** The open message, else the row with the keyboard. */
function answer(kind: Answering): boolean {
  const id = opened.value?.message ? opened.value.id : list.value?.row(current.value)?.id;
  if (id) void answerMessage(id, kind);
  return id !== undefined;
}

function act(action: (what: Target) => void): boolean {
  const what = target();
  if (what) action(what);
  return what !== null;
}

/** Checks the row with the keyboard, or from where checking began to the next. */
function check(by: number): boolean {
  const shown = list.value;
  if (!shown) return false;
  if (by === 0) toggleChecked(shown, current.value);
  else {
    startRange(current.value);
    checkTo(shown, current.value);
    moveTo(shown, current.value + by);
    checkTo(shown, current.value);
  }
  return true;
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

/** Opens the message before or behind the open one, wherever it lies. */
function stepInConversation(by: -1 | 1): boolean {
  const message = messageOf(route.value);
  const next = message && neighbour(message, by);
  if (next && list.value) go(list.value.routeTo(next.id), true);
  return message !== null;
}

let leader = { key: '', at: 0 }; // what was pressed that asks for a second key, and when

/** What a key does here; true when it did something. */
function press(key: string, shift: boolean): boolean {
  if (key.length === 1 && !settings.value.shortcuts) return false; // WCAG 2.1.4
  if (Date.now() - leader.at < 1500) {
    const first = leader.key;
    leader = { key: '', at: 0 };
    const place = first === 'g' ? places[key] : undefined;
    if (place) go({ name: 'mail', mailbox: place, message: null });
    if (first === '*' && key === 'a') toggleAll();
    return place !== undefined || first === '*';
  }
  switch (key) {
    case 'g':
    case '*':
      leader = { key, at: Date.now() };
      return true;
    case 'x':
      return check(0);
    case 'J':
      return shift && check(1);
    case 'K':
      return shift && check(-1);
    case 'e':
      return act(archive);
    case '#':
      return act((what) => remove(what, (question) => (asking.value = question)));
    case '!':
      return act(junk);
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
    case 'n':
      return stepInConversation(1);
    case 'p':
      return stepInConversation(-1);
    case 'Escape':
      if (selecting.value) clearSelection();
      else backToList();
      return true;
    case 'u':
      backToList();
      return true;
    case 's':
      return act(star);
    case 'I':
      return shift && act((what) => mark(what, { seen: true }));
    case 'U':
      return shift && act((what) => mark(what, { seen: false }));
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
