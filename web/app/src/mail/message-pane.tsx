import { useEffect, useRef, useState } from 'preact/hooks';
import { answerMessage } from '../compose/composer';
import { exactDate, initials, mediumDate, shade } from '../lib/format';
import { dark, narrow } from '../lib/screen';
import type { Message, Person } from '../lib/types';
import { Icon } from '../shell/icon';
import { Menu, type MenuItem } from '../shell/menu';
import { archive, asListed, junk, one, remove, roleOf } from './actions';
import { Attachments } from './attachments';
import { AuthenticationLine, AuthenticationNote } from './authentication';
import { BodyFrame } from './body-frame';
import { ConversationPart } from './conversation-parts';
import { StructureDialog, TranscriptDialog } from './history-dialogs';
import { JudgementLine, JudgementNote } from './judgement';
import { backToList } from './keyboard';
import { FoundList } from './found';
import { findMailbox } from './mailboxes';
import { asking, moving } from './questions';
import { ruleSender } from './senders-dialog';
import { HeadersDialog, OriginalDialog } from './source-dialogs';
import { list, opened, openMessage, setFlags, toggleStar, type Opened } from './state';
import { TextBody } from './text-body';

function People({ label, people }: { label: string; people: Person[] }) {
  if (people.length === 0) return null;
  return (
    <div class="people">
      <dt>{label}</dt>
      <dd>
        {people.map((person, i) => (
          <span key={i}>
            {i > 0 && ', '}
            {person.name ? `${person.name} ` : ''}
            <span class="muted">{person.name ? `<${person.address}>` : person.address || '(no address)'}</span>
          </span>
        ))}
      </dd>
    </div>
  );
}

function names(people: Person[]): string {
  const all = people.map((person) => person.name || person.address).filter(Boolean);
  return all.length > 3 ? `${all.slice(0, 2).join(', ')} and ${all.length - 2} others` : all.join(', ');
}

function Head({ message }: { message: Message }) {
  const sender = message.from[0] ?? { name: '', address: '' };
  const when = message.date ?? message.received;
  const to = names([...message.to, ...message.cc]);
  return (
    <header class="message-head">
      <h2 class="message-subject">{message.subject || '(no subject)'}</h2>
      <div class="sender-line">
        <span class={`avatar shade-${shade(sender.address)}`} aria-hidden="true">
          {initials(sender.name, sender.address)}
        </span>
        <div class="who">
          <p class="from">
            <strong>{sender.name || sender.address || 'Unknown sender'}</strong>
            {sender.name && <span class="muted"> &lt;{sender.address}&gt;</span>}
          </p>
          <details class="addressees">
            <summary>
              <span class="muted">{to ? `to ${to}` : 'no recipients named'}</span>
              <Icon name="chevron" />
            </summary>
            <dl>
              <People label="From" people={message.from} />
              <People label="Reply to" people={message.replyTo} />
              <People label="To" people={message.to} />
              <People label="Cc" people={message.cc} />
              {message.date && (
                <div class="people">
                  <dt>Sent</dt>
                  <dd>{exactDate(message.date)}</dd>
                </div>
              )}
              <div class="people">
                <dt>Arrived</dt>
                <dd>{exactDate(message.received)}</dd>
              </div>
              <AuthenticationLine message={message} />
              <JudgementLine message={message} />
            </dl>
          </details>
        </div>
        <time class="when muted" dateTime={when} title={exactDate(when)}>
          {mediumDate(when)}
        </time>
      </div>
    </header>
  );
}

type Shown = 'headers' | 'original' | 'structure' | 'transcript' | null;

function Actions({ now, sheet, onSheet, onShow }: { now: Opened; sheet: boolean; onSheet: () => void; onShow: (what: Shown) => void }) {
  const message = now.message;
  const place = message && findMailbox(message.mailbox)?.role;
  // What was found of a conversation may lie elsewhere too.
  const where = message && list.value instanceof FoundList ? roleOf(asListed(message.id)) : place;
  const items: MenuItem[] = [];
  if (message) {
    const { id, mailbox, flags } = message;
    items.push({
      label: flags.seen ? 'Mark as unread' : 'Mark as read',
      run: () => void setFlags(id, mailbox, { seen: !flags.seen }),
    });
    items.push({ label: flags.flagged ? 'Take the star away' : 'Star', run: () => toggleStar(id, mailbox) });
    items.push({ label: place === 'junk' ? 'Not junk' : 'Junk', run: () => junk(one(id)) });
    const sender = message.from[0]?.address;
    if (sender) {
      if (place === 'junk') items.push({ label: 'Never junk from this sender', run: () => void ruleSender(sender, 'allow') });
      else items.push({ label: 'Block this sender', run: () => void ruleSender(sender, 'block') });
    }
    items.push({ label: 'Move to…', run: () => (moving.value = one(id)) });
    if (dark.value && now.body?.format === 'html')
      items.push({ label: sheet ? 'Follow dark theme' : 'Show on white', run: onSheet });
    items.push({ label: 'Show original', run: () => onShow('original') });
    items.push({ label: 'Show structure', run: () => onShow('structure') });
    items.push({ label: 'Show headers', run: () => onShow('headers') });
    items.push({ label: 'Delivery transcript', run: () => onShow('transcript') });
    items.push({ label: 'Download .eml', href: `/api/v1/messages/${id}/raw`, download: true });
    items.push({ label: 'Print', run: () => print() });
  }
  return (
    <div class="message-actions" role="toolbar" aria-label="Message actions">
      <button type="button" class="icon-button back" aria-label="Back to list" title="Back to list (u)" onClick={backToList}>
        <Icon name={narrow.value ? 'back' : 'close'} />
      </button>
      {message && (
        <>
          <button type="button" class="icon-button" aria-label="Reply" title="Reply (r)" onClick={() => void answerMessage(message.id, 'reply')}>
            <Icon name="reply" />
          </button>
          <button type="button" class="icon-button" aria-label="Reply all" title="Reply all (a)" onClick={() => void answerMessage(message.id, 'replyAll')}>
            <Icon name="reply-all" />
          </button>
          <button type="button" class="icon-button" aria-label="Forward" title="Forward (f)" onClick={() => void answerMessage(message.id, 'forward')}>
            <Icon name="forward" />
          </button>
          <span class="spring" />
          {where !== 'archive' && (
            <button type="button" class="icon-button" aria-label="Archive" title="Archive (e)" onClick={() => archive(asListed(message.id))}>
              <Icon name="archive" />
            </button>
          )}
          <button
            type="button"
            class="icon-button"
            aria-label="Delete"
            title={where === 'trash' ? 'Delete for good (#)' : 'Delete (#)'}
            onClick={() => remove(asListed(message.id), (question) => (asking.value = question))}
          >
            <Icon name="trash" />
          </button>
          <button
            type="button"
            class="icon-button unread-button"
            aria-label="Mark as unread"
            title="Mark as unread (Shift+u)"
            disabled={!message.flags.seen}
            onClick={() => void setFlags(message.id, message.mailbox, { seen: false })}
          >
            <Icon name="mail-open" />
          </button>
          <button
            type="button"
            class={message.flags.flagged ? 'icon-button star on' : 'icon-button star'}
            aria-label="Starred"
            aria-pressed={message.flags.flagged}
            title={message.flags.flagged ? 'Take the star away (s)' : 'Star (s)'}
            onClick={() => toggleStar(message.id, message.mailbox)}
          >
            <Icon name={message.flags.flagged ? 'star-full' : 'star'} />
          </button>
          <Menu label="More actions" className="icon-button" button={<Icon name="more" />} items={items} />
        </>
      )}
    </div>
  );
}

function Content({ now, sheet }: { now: Opened; sheet: boolean }) {
  const { message, body } = now;
  if (!message) return null;
  return (
    <article aria-label="Message" class="message">
      <Head message={message} />
      <AuthenticationNote message={message} />
      <JudgementNote message={message} />
      <ConversationPart id={message.id} which="earlier" />
      {message.incomplete && (
        <p class="note">
          <Icon name="warning" />
          <span>This message is built too deeply to be shown in full. The original has everything.</span>
        </p>
      )}
      {body?.cut && (
        <p class="note">
          <Icon name="warning" />
          <span>
            This message is very long; its first part is shown. <a href={`/api/v1/messages/${message.id}/raw`} download>Download all of it</a>
          </span>
        </p>
      )}
      <div class="message-body">
        {!body && <div class="body-placeholder" aria-hidden="true"><span class="bar" /><span class="bar" /><span class="bar short" /></div>}
        {body?.format === 'html' && <BodyFrame key={message.id} message={message} html={body.text} sheet={sheet} />}
        {body?.format === 'text' && (body.text.trim() ? <TextBody text={body.text} /> : <p class="muted">This message has no text.</p>)}
      </div>
      <Attachments message={message} />
      <ConversationPart id={message.id} which="later" />
    </article>
  );
}

export function MessagePane() {
  const now = opened.value;
  const [shown, setShown] = useState<Shown>(null);
  const [sheet, setSheet] = useState(false);
  const pane = useRef<HTMLElement>(null);

  useEffect(() => {
    setShown(null);
    setSheet(false);
    if (pane.current) pane.current.scrollTop = 0;
    // Where one pane shows, the list is gone: the keyboard goes on in the message.
    if (now && narrow.peek()) pane.current?.focus();
  }, [now?.id]);

  return (
    <main class="message-pane" aria-label="Reading pane" ref={pane} tabIndex={-1}>
      {!now && (
        <div class="empty quiet">
          <Icon name="mail-open" className="big" />
          <p>{list.value?.total.value ? 'Choose a message to read it here.' : 'Messages are shown here.'}</p>
        </div>
      )}
      {now && (
        <>
          <Actions now={now} sheet={sheet} onSheet={() => setSheet(!sheet)} onShow={setShown} />
          {now.error && (
            <div class="failed" role="alert">
              <Icon name="warning" className="big" />
              <p>{now.error}</p>
              <button type="button" class="button" onClick={() => void openMessage(now.id)}>
                Try again
              </button>
            </div>
          )}
          {!now.error && !now.message && (
            <div class="message placeholder-message" aria-hidden="true">
              <span class="bar title" />
              <span class="bar short" />
              <span class="bar" />
              <span class="bar" />
            </div>
          )}
          <Content now={now} sheet={sheet} />
          {shown === 'structure' && now.message && <StructureDialog message={now.message} onClose={() => setShown(null)} />}
          {shown === 'transcript' && now.message && <TranscriptDialog message={now.message} onClose={() => setShown(null)} />}
          {shown === 'headers' && now.message && <HeadersDialog message={now.message} onClose={() => setShown(null)} />}
          {shown === 'original' && now.message && <OriginalDialog message={now.message} onClose={() => setShown(null)} />}
        </>
      )}
    </main>
  );
}
