import { online } from '../lib/api';
import { route } from '../lib/navigation';
import type { Mailbox } from '../lib/types';
import { Icon } from '../shell/icon';
import { stream } from './live';
import { mailboxDialog } from './mailbox-dialogs';
import { mailboxes, slug } from './mailboxes';

function Entry({ mailbox, here, onGo }: { mailbox: Mailbox; here: boolean; onGo: () => void }) {
  const label = mailbox.unread > 0 ? `${mailbox.name}, ${mailbox.unread} unread` : mailbox.name;
  return (
    <li>
      <a href={`/mail/${slug(mailbox)}`} aria-label={label} aria-current={here ? 'page' : undefined} class={mailbox.unread > 0 ? 'has-unread' : ''} onClick={onGo}>
        <Icon name={mailbox.role} />
        <span class="name">{mailbox.name}</span>
        {mailbox.unread > 0 && <span class="count" data-count={mailbox.unread > 9999 ? '9999+' : mailbox.unread} />}
      </a>
    </li>
  );
}

export function Sidebar({ id, onGo }: { id: string; onGo: () => void }) {
  const now = route.value;
  const here = now.name === 'mail' ? now.mailbox : '';
  return (
    <div class="sidebar" id={id}>
      <nav aria-label="Mailboxes">
        <ul>
          {(mailboxes.value ?? []).map((mailbox) => (
            <Entry key={mailbox.id} mailbox={mailbox} here={slug(mailbox) === here || mailbox.id === here} onGo={onGo} />
          ))}
        </ul>
        {!mailboxes.value && <div class="nav-placeholder" aria-hidden="true"><span class="bar" /><span class="bar" /><span class="bar" /></div>}
        {mailboxes.value && (
          <button type="button" class="new-mailbox" onClick={() => (mailboxDialog.value = { kind: 'add' })}>
            <Icon name="plus" />
            New mailbox
          </button>
        )}
      </nav>
      <p class={online.value && stream.value !== 'lost' ? 'live' : 'live away'} role="status">
        {!online.value ? 'Offline' : stream.value === 'lost' ? 'Reconnecting…' : 'Live'}
      </p>
    </div>
  );
}
