import { signal } from '@preact/signals';
import { useState } from 'preact/hooks';
import { count } from '../lib/format';
import { onEnd } from '../lib/session';
import { Dialog } from '../shell/dialog';
import { Icon } from '../shell/icon';
import { moveMessages, removeForGood, roleOf, type Question, type Target } from './actions';
import { mailboxes } from './mailboxes';

/** What waits for a mailbox to be chosen. */
export const moving = signal<Target | null>(null);

/** What waits for a yes. */
export const asking = signal<Question | null>(null);

const named = (what: Target): string => count(what.count, what.conversations ? 'conversation' : 'message');

function MoveDialog({ what }: { what: Target }) {
  const [filter, setFilter] = useState('');
  const close = () => (moving.value = null);
  const here = roleOf(what);
  const fits = (mailboxes.value ?? []).filter(
    (mailbox) => mailbox.role !== 'drafts' && (mailbox.role === 'own' || mailbox.role !== here) && mailbox.name.toLowerCase().includes(filter.trim().toLowerCase()),
  );
  const choose = (to: (typeof fits)[number]) => {
    close();
    moveMessages(what, to);
  };
  const submit = (event: Event) => {
    event.preventDefault();
    if (fits[0]) choose(fits[0]);
  };
  return (
    <Dialog title={`Move ${named(what)} to`} onClose={close}>
      <form onSubmit={submit}>
        <input type="text" class="text-input" aria-label="Find a mailbox" placeholder="Find a mailbox" autocomplete="off" autofocus value={filter} onInput={(event) => setFilter(event.currentTarget.value)} />
      </form>
      <ul class="choices">
        {fits.map((mailbox) => (
          <li key={mailbox.id}>
            <button type="button" onClick={() => choose(mailbox)}>
              <Icon name={mailbox.role} />
              {mailbox.name}
            </button>
          </li>
        ))}
      </ul>
      {fits.length === 0 && <p class="muted">No mailbox is called so.</p>}
    </Dialog>
  );
}

function DeleteDialog({ what }: { what: Target }) {
  const close = () => (asking.value = null);
  const yes = () => {
    close();
    removeForGood(what);
  };
  return (
    <Dialog title="Delete for good?" onClose={close}>
      <p>Nothing can bring {what.count === 1 ? `this ${what.conversations ? 'conversation' : 'message'}` : `these ${named(what)}`} back.</p>
      <p class="buttons">
        <button type="button" class="button primary" onClick={yes}>
          Delete for good
        </button>
        <button type="button" class="button" onClick={close}>
          Cancel
        </button>
      </p>
    </Dialog>
  );
}

export function Questions() {
  return (
    <>
      {moving.value && <MoveDialog what={moving.value} />}
      {asking.value && <DeleteDialog what={asking.value.what} />}
    </>
  );
}

onEnd(() => {
  moving.value = null;
  asking.value = null;
});
