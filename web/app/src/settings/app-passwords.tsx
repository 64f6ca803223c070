import { useState } from 'preact/hooks';
import { exactDate } from '../lib/format';
import { useLoaded } from '../lib/load';
import { notify } from '../lib/notices';
import { Field, faultOf } from '../shell/field';
import { Cell, FormDialog, Head, ShownSecret, Table, Waiting } from '../shell/parts';
import { addAppPassword, listAppPasswords, listDevices, revokeAppPassword, type AppPassword, type Device } from './client';
import { KeepingMail } from './keeping';
import { ago } from './words';

type Open = { what: 'add' } | { what: 'secret'; label: string; password: string } | { what: 'revoke'; label: string } | null;

/** A device: its password, and what it has fetched with it. */
interface Entry {
  label: string | null;
  password: AppPassword | null;
  device: Device | null;
}

async function fetchEntries(signal: AbortSignal): Promise<Entry[]> {
  const [passwords, devices] = await Promise.all([listAppPasswords(signal), listDevices(signal)]);
  const entry = (label: string | null): Entry => ({
    label,
    password: passwords.find((one) => one.label === label) ?? null,
    device: devices.find((one) => one.label === label) ?? null,
  });
  return [entry(null), ...passwords.map(({ label }) => entry(label))];
}

function Seen({ at, otherwise }: { at: string | null | undefined; otherwise: string }) {
  if (!at) return <span class="muted">{otherwise}</span>;
  return (
    <time dateTime={at} title={exactDate(at)}>
      {ago(at)}
    </time>
  );
}

function Row({ entry, revoke }: { entry: Entry; revoke: (label: string) => void }) {
  const { label, password, device } = entry;
  return (
    <tr role="row">
      <Cell of="Device">{label ?? <em>Your account password</em>}</Cell>
      <Cell of="Fetched mail" short>
        <Seen at={device?.lastSeen} otherwise="never" />
      </Cell>
      <Cell of="Messages" number>
        {(device?.fetched ?? 0).toLocaleString()}
      </Cell>
      <Cell of="From">
        <span class="mono">{device?.address ?? '–'}</span>
      </Cell>
      <Cell of="Last used" short>{password ? <Seen at={password.lastUsed} otherwise="never" /> : '–'}</Cell>
      <td role="cell" class="row-actions">
        {label !== null && (
          <button type="button" class="button" aria-label={`Revoke ${label}`} onClick={() => revoke(label)}>
            Revoke
          </button>
        )}
      </td>
    </tr>
  );
}

function AddDialog({ onClose, onDone }: { onClose: () => void; onDone: (label: string, password: string) => void }) {
  return (
    <FormDialog
      title="Add app password"
      submit="Create password"
      onClose={onClose}
      action={async (entered) => {
        const made = await addAppPassword(entered.label ?? '', entered.apop === 'on');
        return () => onDone(made.label, made.password);
      }}
    >
      {(error) => (
        <>
          <Field label="Device" name="label" type="text" autocomplete="off" required autoFocus maxLength={100} fault={faultOf(error, '/label')} hint="What it is called here: Outlook at work, phone, printer." />
          <label class="check">
            <input type="checkbox" name="apop" />
            For an old program that needs APOP or CRAM-MD5
          </label>
        </>
      )}
    </FormDialog>
  );
}

export function AppPasswordsPage() {
  const [open, setOpen] = useState<Open>(null);
  const loaded = useLoaded(fetchEntries, [], 30_000);
  const close = () => setOpen(null);
  return (
    <>
      <Head title="App passwords">
        <button type="button" class="primary" onClick={() => setOpen({ what: 'add' })}>
          Add app password
        </button>
      </Head>
      <p class="muted lead">Give every mail program a password of its own: here you see what each has fetched, and can revoke one without touching the others.</p>
      <Waiting loaded={loaded} />
      {loaded.data && (
        <Table label="Devices" columns={[{ name: 'Device' }, { name: 'Fetched mail' }, { name: 'Messages', number: true }, { name: 'From' }, { name: 'Last used' }]}>
          {loaded.data.map((entry) => (
            <Row key={entry.label ?? ''} entry={entry} revoke={(label) => setOpen({ what: 'revoke', label })} />
          ))}
        </Table>
      )}
      <KeepingMail />
      {open?.what === 'add' && (
        <AddDialog
          onClose={close}
          onDone={(label, password) => {
            loaded.reload();
            setOpen({ what: 'secret', label, password });
          }}
        />
      )}
      {open?.what === 'secret' && (
        <ShownSecret title="App password" secret={open.password} onClose={close}>
          For <strong>{open.label}</strong>. Enter it there as the password; your user name is your email address. It is shown this once.
        </ShownSecret>
      )}
      {open?.what === 'revoke' && (
        <FormDialog
          title="Revoke app password"
          submit="Revoke"
          danger
          onClose={close}
          action={async () => {
            await revokeAppPassword(open.label);
            notify('App password revoked');
            loaded.reload();
          }}
        >
          {() => (
            <p>
              <strong>{open.label}</strong> will not get in any more, and what it has fetched is forgotten. Mail stays as it is.
            </p>
          )}
        </FormDialog>
      )}
    </>
  );
}
