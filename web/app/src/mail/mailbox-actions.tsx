import { session } from '../lib/session';
import type { Mailbox } from '../lib/types';
import { Icon } from '../shell/icon';
import { Menu, type MenuItem } from '../shell/menu';
import { removeForGood, type Target } from './actions';
import { deletedShown } from './deleted-dialog';
import { importInto } from './importing';
import type { MailList } from './list';
import { mailboxDialog } from './mailbox-dialogs';
import { asking } from './questions';
import { sendersShown } from './senders-dialog';

/** What can be done with the mailbox itself: one of the person's own changes its name or goes, Trash and Junk are emptied; mail is brought in and taken along. */
export function MailboxActions({ mailbox, list }: { mailbox: Mailbox; list: MailList }) {
  const items: MenuItem[] = [];
  if (mailbox.role === 'own') {
    items.push({ label: 'Rename…', run: () => (mailboxDialog.value = { kind: 'rename', mailbox }) });
    items.push({ label: 'Remove…', run: () => (mailboxDialog.value = { kind: 'remove', mailbox }) });
  }
  if (mailbox.role === 'junk') items.push({ label: 'Senders…', run: () => (sendersShown.value = true) });
  if (mailbox.role !== 'drafts') items.push({ label: 'Import…', run: () => (importInto.value = mailbox) });
  items.push({ label: `Export ${mailbox.name}`, href: `/api/v1/export?mailbox=${encodeURIComponent(mailbox.id)}`, download: true });
  items.push({ label: 'All mail…', href: '/settings/import-export' });
  const menu = <Menu label="Mailbox actions" className="icon-button" button={<Icon name="more" />} items={items} />;
  if (mailbox.role !== 'trash' && mailbox.role !== 'junk') return menu;
  const kept = (session.value?.deletedKeptFor ?? 0) > 0;
  const empty = () => {
    const what: Target = { ids: [], whole: list, count: list.total.value ?? 0, conversations: list.gathered ? list : undefined };
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
      {menu}
    </>
  );
}
