import { continueDraft } from '../compose/composer';
import { go } from '../lib/navigation';
import type { Row } from '../lib/types';
import { mailboxes } from './mailboxes';
import type { RowList } from './rows';

/** Whether the row lies in Drafts: it is written on, not read. */
export const isDraft = (row: Row): boolean => mailboxes.value?.find((mailbox) => mailbox.id === row.mailbox)?.role === 'drafts';

/** Opens a message beside its list, a draft where it is written. */
export function openRow(list: RowList, row: Row, replace = false): void {
  if (isDraft(row)) void continueDraft(row.id);
  else go(list.routeTo(row.id), replace);
}
