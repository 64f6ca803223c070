import { signal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import { call, explain, getJson } from '../lib/api';
import { exactDate } from '../lib/format';
import { notify } from '../lib/notices';
import { onEnd } from '../lib/session';
import type { Row } from '../lib/types';
import { Dialog } from '../shell/dialog';
import { nameOfMailbox } from './mailboxes';
import { poll } from './state';

export const deletedShown = signal(false);

interface DeletedRow extends Row {
  until: string;
}

interface DeletedPage {
  items: DeletedRow[];
  nextCursor: string | null;
}

const place = (row: DeletedRow): string => nameOfMailbox(row.mailbox) || 'a mailbox that is gone';

/** What was deleted and can still be had back. */
function DeletedDialog() {
  const [rows, setRows] = useState<DeletedRow[] | null>(null);
  const [next, setNext] = useState<string | null>(null);
  const [error, setError] = useState('');

  const load = async (cursor: string | null) => {
    try {
      const page = await getJson<DeletedPage>(`/deleted${cursor ? `?cursor=${encodeURIComponent(cursor)}` : ''}`);
      setRows((before) => [...(cursor ? (before ?? []) : []), ...page.items]);
      setNext(page.nextCursor);
      setError('');
    } catch (failure) {
      setError(explain(failure));
    }
  };
  useEffect(() => void load(null), []);

  const restore = async (row: DeletedRow) => {
    try {
      await call('POST', '/deleted/restore', { body: { ids: [row.id] } });
      setRows((before) => before?.filter((one) => one.id !== row.id) ?? null);
      notify('Restored');
      await poll();
    } catch (failure) {
      setError(explain(failure));
    }
  };

  return (
    <Dialog title="Recently deleted" wide onClose={() => (deletedShown.value = false)}>
      {error && (
        <p class="alert" role="alert">
          {error}
        </p>
      )}
      {rows?.length === 0 && <p class="muted">Nothing was deleted for good lately.</p>}
      <ul class="deleted" aria-label="Deleted messages" aria-busy={rows === null && !error}>
        {rows?.map((row) => (
          <li key={row.id}>
            <div>
              <p>
                <strong>{row.subject || '(no subject)'}</strong> {row.from.name || row.from.address}
              </p>
              <p class="muted">
                From {place(row)}; goes on {exactDate(row.until)}
              </p>
            </div>
            <button type="button" class="button" aria-label={`Restore ${row.subject || '(no subject)'}`} onClick={() => void restore(row)}>
              Restore
            </button>
          </li>
        ))}
      </ul>
      {next && (
        <p>
          <button type="button" class="button" onClick={() => void load(next)}>
            Show more
          </button>
        </p>
      )}
    </Dialog>
  );
}

export function Deleted() {
  return deletedShown.value ? <DeletedDialog /> : null;
}

onEnd(() => {
  deletedShown.value = false;
});
