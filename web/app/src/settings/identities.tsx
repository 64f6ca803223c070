import { useState } from 'preact/hooks';
import { forgetIdentities } from '../lib/identities';
import { useLoaded } from '../lib/load';
import { notify } from '../lib/notices';
import { Field } from '../shell/field';
import { Cell, FormDialog, Head, Mark, Table, Waiting } from '../shell/parts';
import { readIdentities, setIdentity, type Identity } from './client';
import { IdentityFields } from './identity-form';

type Open = { what: 'edit'; identity: Identity } | { what: 'add' } | null;

function Row({ identity, edit }: { identity: Identity; edit: () => void }) {
  return (
    <tr role="row">
      <Cell of="Address" marks>
        <span class="mono">{identity.address}</span>
        {identity.preferred && <Mark tone="ok">New messages</Mark>}
      </Cell>
      <Cell of="Display name">{identity.name || <span class="muted">none</span>}</Cell>
      <Cell of="Signature">{identity.signature.trim().split('\n')[0] || <span class="muted">none</span>}</Cell>
      <td role="cell" class="row-actions">
        <button type="button" class="button" aria-label={`Edit ${identity.address}`} onClick={edit}>
          Edit
        </button>
      </td>
    </tr>
  );
}

const blank: Identity = { address: '', name: '', signature: '', preferred: false };

function EditDialog({ identity, onClose, onDone }: { identity: Identity | null; onClose: () => void; onDone: () => void }) {
  const known = identity ?? blank;
  return (
    <FormDialog
      title={identity ? 'Edit identity' : 'Add identity'}
      submit="Save"
      onClose={onClose}
      action={async (entered) => {
        const address = identity?.address ?? (entered.address ?? '').trim();
        await setIdentity(address, { name: (entered.name ?? '').trim(), signature: entered.signature ?? '', preferred: entered.preferred === 'on' });
        forgetIdentities();
        notify('Identity saved');
        return onDone;
      }}
    >
      {(error) => (
        <>
          {identity ? <p class="mono">{identity.address}</p> : <Field label="Email address" name="address" type="email" autocomplete="off" required autoFocus />}
          <IdentityFields identity={known} error={error} />
          <label class="check">
            <input type="checkbox" name="preferred" defaultChecked={known.preferred} />
            New messages begin with it
          </label>
        </>
      )}
    </FormDialog>
  );
}

export function IdentitiesPage() {
  const [open, setOpen] = useState<Open>(null);
  const loaded = useLoaded((signal) => readIdentities(signal), []);
  const domains = loaded.data?.domains ?? [];
  const close = () => setOpen(null);
  return (
    <>
      <Head title="Identities">
        {domains.length > 0 && (
          <button type="button" class="primary" onClick={() => setOpen({ what: 'add' })}>
            Add identity
          </button>
        )}
      </Head>
      <p class="muted lead">
        The addresses that you may write from: your own, and those that lead to you.
        {domains.length > 0 && ` You may also write from every address in ${domains.map((one) => one.slice(1)).join(', ')}.`}
      </p>
      <Waiting loaded={loaded} />
      {loaded.data && (
        <Table label="Identities" columns={[{ name: 'Address' }, { name: 'Display name' }, { name: 'Signature' }]}>
          {loaded.data.items.map((identity) => (
            <Row key={identity.address} identity={identity} edit={() => setOpen({ what: 'edit', identity })} />
          ))}
        </Table>
      )}
      {open && <EditDialog identity={open.what === 'edit' ? open.identity : null} onClose={close} onDone={loaded.reload} />}
    </>
  );
}
