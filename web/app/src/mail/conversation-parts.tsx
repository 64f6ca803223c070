import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { count, exactDate, shortDate } from '../lib/format';
import { formatRoute } from '../lib/router';
import type { Row } from '../lib/types';
import { Icon } from '../shell/icon';
import { conversation, shownWith } from './conversation';
import { nameOfMailbox } from './mailboxes';
import { list } from './state';

/** The line goes as its message comes: the keyboard goes on in the pane. */
const focusPane = () => document.querySelector<HTMLElement>('.message-pane')?.focus();

function Line({ row, elsewhere }: { row: Row; elsewhere: boolean }) {
  const shown = list.value;
  if (!shown) return null;
  return (
    <li>
      <a class={row.flags.seen ? 'part' : 'part unread'} href={formatRoute(shown.routeTo(row.id))} onClick={focusPane}>
        {!row.flags.seen && <span class="only-heard">Unread, </span>}
        <span class="sender">{row.from.name || row.from.address || 'Unknown sender'}</span>
        <span class="preview">{row.preview || row.subject}</span>
        {elsewhere && <span class="place">{nameOfMailbox(row.mailbox)}</span>}
        <time dateTime={row.received} title={exactDate(row.received)}>
          {shortDate(row.received)}
        </time>
      </a>
    </li>
  );
}

/** Unfolded while something in it is unread; then as it was left while the conversation is read. */
function Fold({ title, unread, children }: { title: string; unread: boolean; children: ComponentChildren }) {
  const [open] = useState(unread);
  return (
    <details open={open}>
      <summary>
        <Icon name="chevron" />
        {title}
      </summary>
      {children}
    </details>
  );
}

/** The other messages of a message's conversation: those before it, or those behind. */
export function ConversationPart({ id, which }: { id: string; which: 'earlier' | 'later' }) {
  const shown = shownWith(id);
  const at = shown.findIndex((row) => row.id === id);
  const rows = at < 0 ? [] : which === 'earlier' ? shown.slice(0, at) : shown.slice(at + 1);
  const here = shown[at]?.mailbox;
  if (rows.length === 0) return null;
  const unread = rows.filter((row) => !row.flags.seen).length;
  return (
    <nav class="conversation" aria-label={which === 'earlier' ? 'Earlier in this conversation' : 'Later in this conversation'}>
      <Fold key={conversation.value[0]?.id} title={`${count(rows.length, `${which} message`)}${unread > 0 ? `, ${unread} unread` : ''}`} unread={unread > 0}>
        <ol>
          {rows.map((row) => (
            <Line key={row.id} row={row} elsewhere={row.mailbox !== here} />
          ))}
        </ol>
      </Fold>
    </nav>
  );
}
