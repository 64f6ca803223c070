import { useState } from 'preact/hooks';
import { mediumDate, size } from '../lib/format';
import { notify } from '../lib/notices';
import { Field, faultOf } from '../shell/field';
import { Icon } from '../shell/icon';
import { Menu } from '../shell/menu';
import { addDomain, changeDomain, fetchList, removeDomain, type Domain } from './client';
import { useLoaded, useSettled } from '../lib/load';
import { Cell, FilterBox, FormDialog, Head, Removal, Shown, Table, Waiting } from '../shell/parts';
import { QuotaField } from './quota';
import { quotaOf } from './words';

type Open = { what: 'add' } | { what: 'edit' | 'remove'; domain: Domain } | null;

const columns = [{ name: 'Domain' }, { name: 'Accounts', number: true }, { name: 'Aliases', number: true }, { name: 'Storage', number: true }, { name: 'Separators' }, { name: 'Added' }];

function EditDomain({ domain, onClose, onDone }: { domain: Domain; onClose: () => void; onDone: () => void }) {
  const own = domain.separators === '' ? 'none' : domain.separators;
  return (
    <FormDialog
      title="Edit domain"
      submit="Save"
      onClose={onClose}
      action={async (entered) => {
        await changeDomain(domain.name, { quota: quotaOf(entered.quota), separators: (entered.separators ?? '').trim() || 'default' });
        notify('Domain saved');
        onDone();
      }}
    >
      {(error) => (
        <>
          <p class="mono">{domain.name}</p>
          <QuotaField label="Quota in MB" octets={domain.quota} hint={`For its accounts together; empty: no limit. They have ${size(domain.octets)} now.`} error={error} />
          <Field
            label="Separators"
            name="separators"
            defaultValue={domain.ownSeparators ? own : ''}
            autocomplete="off"
            fault={faultOf(error, '/separators')}
            hint="Any of these characters ends a name: with +, mail for alice+shop goes to alice. Empty: as the server has it. The word none: nothing does."
          />
        </>
      )}
    </FormDialog>
  );
}

export function DomainsPage() {
  const [words, setWords] = useState('');
  const [open, setOpen] = useState<Open>(null);
  const settled = useSettled(words);
  const loaded = useLoaded((signal) => fetchList<Domain>('domains', settled, signal), [settled]);
  const close = () => setOpen(null);
  return (
    <>
      <Head title="Domains">
        <FilterBox label="Filter domains" value={words} onChange={setWords} />
        <button type="button" class="primary" onClick={() => setOpen({ what: 'add' })}>
          Add domain
        </button>
      </Head>
      <Waiting loaded={loaded} />
      {loaded.data && loaded.data.items.length > 0 && (
        <Table label="Domains" columns={columns}>
          {loaded.data.items.map((domain) => (
            <tr role="row" key={domain.name}>
              <Cell of="Domain">
                <span class="mono">{domain.name}</span>
              </Cell>
              <Cell of="Accounts" number>
                {domain.accounts}
              </Cell>
              <Cell of="Aliases" number>
                {domain.aliases}
              </Cell>
              <Cell of="Storage" number>
                {size(domain.octets)}
                {domain.quota > 0 && ` of ${size(domain.quota)}`}
              </Cell>
              <Cell of="Separators">
                {domain.separators ? <code>{domain.separators}</code> : 'none'}
              </Cell>
              <Cell of="Added" short>{mediumDate(domain.created)}</Cell>
              <td role="cell" class="row-actions">
                <Menu
                  label={`Actions for ${domain.name}`}
                  className="icon-button"
                  button={<Icon name="more" />}
                  items={[
                    { label: 'Edit…', run: () => setOpen({ what: 'edit', domain }) },
                    { label: 'Delete…', run: () => setOpen({ what: 'remove', domain }) },
                  ]}
                />
              </td>
            </tr>
          ))}
        </Table>
      )}
      {loaded.data?.items.length === 0 && <p class="empty">{settled ? `No domain has “${settled}” in its name.` : 'There is no domain yet: no mail comes in.'}</p>}
      {loaded.data && <Shown shown={loaded.data.items.length} total={loaded.data.total} />}
      {open?.what === 'add' && (
        <FormDialog
          title="Add domain"
          submit="Add domain"
          onClose={close}
          action={async (entered) => {
            await addDomain((entered.name ?? '').trim());
            notify('Domain added');
            loaded.reload();
          }}
        >
          {(error) => <Field label="Domain name" name="name" autocomplete="off" required autoFocus placeholder="example.org" fault={faultOf(error, '/name')} hint="Its MX record must name this server for mail to come." />}
        </FormDialog>
      )}
      {open?.what === 'edit' && <EditDomain domain={open.domain} onClose={close} onDone={loaded.reload} />}
      {open?.what === 'remove' && (
        <Removal
          what="domain"
          name={open.domain.name}
          consequence="goes: mail for it is refused from then on."
          onClose={close}
          action={async () => {
            await removeDomain(open.domain.name);
            notify('Domain deleted');
            loaded.reload();
          }}
        />
      )}
    </>
  );
}
