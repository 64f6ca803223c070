import { useState } from 'preact/hooks';
import { count, exactDate, mediumDate, size } from '../lib/format';
import { notify } from '../lib/notices';
import { session } from '../lib/session';
import { Field, faultOf } from '../shell/field';
import { Icon } from '../shell/icon';
import { Menu, type MenuItem } from '../shell/menu';
import { addAccount, changeAccount, fetchList, makeResetLink, removeAccount, resetPassword, type Account } from './client';
import { useLoaded, useSettled } from '../lib/load';
import { attempt, Cell, FilterBox, FormDialog, Head, Mark, Removal, Shown, ShownPassword, ShownSecret, Table, Waiting } from '../shell/parts';
import { QuotaField } from './quota';
import { quotaOf } from './words';

type Open = { what: 'add' } | { what: 'edit' | 'password' | 'remove'; account: Account } | { what: 'secret'; address: string; password: string } | { what: 'link'; address: string; link: string; expires: string } | null;

interface DialogProps {
  onClose: () => void;
  onDone: (next?: Open) => void; // once the dialog has closed
}

const madeUp = 'Leave it empty to have one made up, which is then shown once.';

function AddAccount({ onClose, onDone }: DialogProps) {
  return (
    <FormDialog
      title="Add account"
      submit="Create account"
      onClose={onClose}
      action={async (entered) => {
        const wish = { address: (entered.address ?? '').trim(), admin: entered.admin === 'on', quota: quotaOf(entered.quota) };
        const added = await addAccount(entered.password ? { ...wish, password: entered.password } : wish);
        notify('Account created');
        return () => onDone(added.password ? { what: 'secret', address: added.address, password: added.password } : null);
      }}
    >
      {(error) => (
        <>
          <Field label="Email address" name="address" type="email" autocomplete="off" required autoFocus fault={faultOf(error, '/address')} hint="In a domain of this server." />
          <Field label="Password" name="password" type="password" autocomplete="new-password" fault={faultOf(error, '/password')} hint={madeUp} />
          <QuotaField label="Quota in MB" octets={0} hint="Empty: what the server gives everybody." error={error} />
          <label class="check">
            <input type="checkbox" name="admin" />
            Administrator
          </label>
        </>
      )}
    </FormDialog>
  );
}

function EditAccount({ account, onClose, onDone }: DialogProps & { account: Account }) {
  const own = account.address === session.value?.account.address;
  return (
    <FormDialog
      title="Edit account"
      submit="Save"
      onClose={onClose}
      action={async (entered) => {
        const quota = quotaOf(entered.quota);
        await changeAccount(account.id, own ? { quota } : { quota, admin: entered.admin === 'on' });
        notify('Account saved');
        return onDone;
      }}
    >
      {(error) => (
        <>
          <p class="mono">{account.address}</p>
          <QuotaField label="Quota in MB" octets={account.quota} hint={`Empty: what the server gives everybody. It has ${size(account.octets)} now.`} error={error} />
          <label class="check">
            <input type="checkbox" name="admin" defaultChecked={account.admin} disabled={own} />
            Administrator{own && ' (you cannot take this from yourself)'}
          </label>
        </>
      )}
    </FormDialog>
  );
}

function ResetPassword({ account, onClose, onDone }: DialogProps & { account: Account }) {
  return (
    <FormDialog
      title="Reset password"
      submit="Set password"
      onClose={onClose}
      action={async (entered) => {
        const { password } = await resetPassword(account.id, entered.password ?? '');
        notify('Password changed');
        return () => onDone(password ? { what: 'secret', address: account.address, password } : null);
      }}
    >
      {(error) => (
        <>
          <p>
            Of <strong class="mono">{account.address}</strong>. Browsers that are signed in with the old one are signed out; passwords of single devices go on.
          </p>
          <Field label="New password" name="password" type="password" autocomplete="new-password" autoFocus fault={faultOf(error, '/password')} hint={madeUp} />
        </>
      )}
    </FormDialog>
  );
}

function Row({ account, open, reload }: { account: Account; open: (next: Open) => void; reload: () => void }) {
  const own = account.address === session.value?.account.address;
  const suspend = () => void attempt(() => changeAccount(account.id, { enabled: !account.enabled }), account.enabled ? 'Account suspended' : 'Account resumed').then(reload);
  const link = async () => open({ what: 'link', address: account.address, ...(await makeResetLink(account.id)) });
  const items: MenuItem[] = [
    { label: 'Edit…', run: () => open({ what: 'edit', account }) },
    { label: 'Reset password…', run: () => open({ what: 'password', account }) },
  ];
  if (account.enabled) items.push({ label: 'Make reset link', run: () => void attempt(link, null) });
  if (!own) items.push({ label: account.enabled ? 'Suspend' : 'Resume', run: suspend }, { label: 'Delete…', run: () => open({ what: 'remove', account }) });
  return (
    <tr role="row">
      <Cell of="Address">
        <span class="mono">{account.address}</span>
      </Cell>
      <Cell of="Status" marks>
        <Mark tone={account.enabled ? 'ok' : 'warn'}>{account.enabled ? 'Active' : 'Suspended'}</Mark>
        {account.admin && <Mark tone="plain">Administrator</Mark>}
      </Cell>
      <Cell of="Messages" number>
        {account.messages.toLocaleString()}
      </Cell>
      <Cell of="Storage" number>
        {size(account.octets)} of {size(account.limit)}
      </Cell>
      <Cell of="Created" short>{mediumDate(account.created)}</Cell>
      <td role="cell" class="row-actions">
        <Menu label={`Actions for ${account.address}`} className="icon-button" button={<Icon name="more" />} items={items} />
      </td>
    </tr>
  );
}

export function AccountsPage() {
  const [words, setWords] = useState('');
  const [open, setOpen] = useState<Open>(null);
  const settled = useSettled(words);
  const loaded = useLoaded((signal) => fetchList<Account>('accounts', settled, signal), [settled]);
  const close = () => setOpen(null);
  const done = (next: Open = null) => {
    loaded.reload();
    if (next) setOpen(next);
  };
  return (
    <>
      <Head title="Accounts">
        <FilterBox label="Filter accounts" value={words} onChange={setWords} />
        <button type="button" class="primary" onClick={() => setOpen({ what: 'add' })}>
          Add account
        </button>
      </Head>
      <Waiting loaded={loaded} />
      {loaded.data && loaded.data.items.length > 0 && (
        <Table label="Accounts" columns={[{ name: 'Address' }, { name: 'Status' }, { name: 'Messages', number: true }, { name: 'Storage', number: true }, { name: 'Created' }]}>
          {loaded.data.items.map((account) => (
            <Row key={account.id} account={account} open={setOpen} reload={loaded.reload} />
          ))}
        </Table>
      )}
      {loaded.data?.items.length === 0 && <p class="empty">No account has “{settled}” in its address.</p>}
      {loaded.data && <Shown shown={loaded.data.items.length} total={loaded.data.total} />}
      {open?.what === 'add' && <AddAccount onClose={close} onDone={done} />}
      {open?.what === 'edit' && <EditAccount account={open.account} onClose={close} onDone={done} />}
      {open?.what === 'password' && <ResetPassword account={open.account} onClose={close} onDone={done} />}
      {open?.what === 'secret' && <ShownPassword address={open.address} password={open.password} onClose={close} />}
      {open?.what === 'link' && (
        <ShownSecret title="Reset link" secret={open.link} onClose={close}>
          With it <strong class="mono">{open.address}</strong> sets a new password, once, until {exactDate(open.expires)}. It is shown this once and takes the place of an earlier one; give it to its owner in a safe way.
        </ShownSecret>
      )}
      {open?.what === 'remove' && (
        <Removal
          what="account"
          name={open.account.address}
          consequence={`goes, with ${count(open.account.messages, 'message')}.`}
          onClose={close}
          action={async () => {
            await removeAccount(open.account.id);
            notify('Account deleted');
            done();
          }}
        />
      )}
    </>
  );
}
