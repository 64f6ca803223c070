import { signal } from '@preact/signals';
import { useState } from 'preact/hooks';
import { call, explain } from '../lib/api';
import { count } from '../lib/format';
import { go, route } from '../lib/navigation';
import { notify } from '../lib/notices';
import { onEnd } from '../lib/session';
import type { Mailbox } from '../lib/types';
import { Dialog } from '../shell/dialog';
import { loadMailboxes, slug } from './mailboxes';

/** Which dialog about a mailbox is open. */
export const mailboxDialog = signal<{ kind: 'add' } | { kind: 'rename' | 'remove'; mailbox: Mailbox } | null>(null);

const close = (): void => {
  mailboxDialog.value = null;
};

/** A name for a new mailbox, or another one. */
function NameDialog({ mailbox }: { mailbox: Mailbox | null }) {
  const [name, setName] = useState(mailbox?.name ?? '');
  const [error, setError] = useState('');

  const save = async (event: Event) => {
    event.preventDefault();
    const wanted = name.trim();
    if (!wanted) {
      setError('Give it a name.');
      return;
    }
    try {
      const response = await call(mailbox ? 'PATCH' : 'POST', mailbox ? `/mailboxes/${mailbox.id}` : '/mailboxes', { body: { name: wanted } });
      const made = (await response.json()) as Mailbox;
      close();
      await loadMailboxes();
      if (!mailbox) go({ name: 'mail', mailbox: slug(made), message: null });
    } catch (problem) {
      setError(explain(problem));
    }
  };

  return (
    <Dialog title={mailbox ? `Rename ${mailbox.name}` : 'New mailbox'} onClose={close}>
      <form onSubmit={(event) => void save(event)}>
        {error && (
          <p class="alert" role="alert">
            {error}
          </p>
        )}
        <label class="labelled">
          Name
          <input type="text" class="text-input" value={name} maxLength={255} autocomplete="off" autofocus onInput={(event) => setName(event.currentTarget.value)} />
        </label>
        <p class="muted">A slash puts one mailbox into another: Bills/2025.</p>
        <p class="buttons">
          <button type="submit" class="button primary">
            {mailbox ? 'Rename' : 'Create mailbox'}
          </button>
          <button type="button" class="button" onClick={close}>
            Cancel
          </button>
        </p>
      </form>
    </Dialog>
  );
}

function RemoveDialog({ mailbox }: { mailbox: Mailbox }) {
  const remove = async () => {
    close();
    try {
      await call('DELETE', `/mailboxes/${mailbox.id}`);
      const now = route.value;
      if (now.name === 'mail' && now.mailbox === slug(mailbox)) go({ name: 'mail', mailbox: 'inbox', message: null });
      notify(`${mailbox.name} removed`);
      await loadMailboxes();
    } catch (error) {
      notify(`Not removed. ${explain(error)}`);
    }
  };
  return (
    <Dialog title={`Remove ${mailbox.name}?`} onClose={close}>
      <p>{mailbox.total > 0 ? `Its ${count(mailbox.total, 'message')} will be deleted.` : 'It is empty.'}</p>
      <p class="buttons">
        <button type="button" class="button primary" onClick={() => void remove()}>
          Remove mailbox
        </button>
        <button type="button" class="button" onClick={close}>
          Cancel
        </button>
      </p>
    </Dialog>
  );
}

export function MailboxDialogs() {
  const now = mailboxDialog.value;
  if (!now) return null;
  if (now.kind === 'add') return <NameDialog mailbox={null} />;
  if (now.kind === 'rename') return <NameDialog mailbox={now.mailbox} />;
  return <RemoveDialog mailbox={now.mailbox} />;
}

onEnd(close);
