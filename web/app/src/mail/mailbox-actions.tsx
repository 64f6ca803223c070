import { session } from '../lib/session';
import type { Mailbox } from '../lib/types';
import { Icon } from '../shell/icon';
import { Menu } from '../shell/menu';
import { removeForGood, type Target } from './actions';
import { deletedShown } from './deleted-dialog';
import type { MailList } from './list';
import { mailboxDialog } from './mailbox-dialogs';
import { asking } from './questions';

/** What can be done with the mailbox itself: one of the person's own changes its name or goes, Trash and Junk are emptied. */
export function MailboxActions({ mailbox, list }: { mailbox: Mailbox; list: MailList }) {
  if (mailbox.role === 'own') {
    const items = [
      { label: 'Rename…', run: () => (mailboxDialog.value = { kind: 'rename', mailbox }) },
      { label: 'Remove…', run: () => (mailboxDialog.value = { kind: 'remove', mailbox }) },
    ];
    return <Menu label="Mailbox actions" className="icon-button" button={<Icon name="more" />} items={items} />;
  }
  if (mailbox.role !== 'trash' && mailbox.role !== 'junk') return null;
  const kept = (session.value?.deletedKeptFor ?? 0) > 0;
  const empty = () => {
    const what: Target = { ids: [], whole: list, count: list.total.value ?? 0 };
    if (kept) removeForGood(what);
    else asking.value = { what };
  };
  return (
    <>
      {mailbox.role === 'trash' && kept && (
        <button type="button" class="icon-button" aria-label="Recently deleted" title="Recently deleted" onClick={() => (deletedShown.value = true)}>
          <Icon name="restore" />
        </button>
      )}
      {!!list.total.value && (
        <button type="button" class="button" onClick={empty}>
          Empty {mailbox.name}
        </button>
      )}
    </>
  );
}
