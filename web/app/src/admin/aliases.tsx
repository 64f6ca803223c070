import { useState } from 'preact/hooks';
import { mediumDate } from '../lib/format';
import { notify } from '../lib/notices';
import { Field, faultOf } from '../shell/field';
import { Icon } from '../shell/icon';
import { Menu } from '../shell/menu';
import { addAlias, changeAlias, fetchList, removeAlias, type Alias } from './client';
import { useLoaded, useSettled } from '../lib/load';
import { attempt, Cell, FilterBox, FormDialog, Head, Mark, Shown, Table, Waiting, type Tone } from '../shell/parts';
import { addressesIn, lastDay } from './words';

type Open = { what: 'add' } | { what: 'edit'; alias: Alias } | null;

const states: Record<Alias['state'], [Tone, string]> = { enabled: ['ok', 'Active'], disabled: ['warn', 'Off'], ended: ['warn', 'Ended'] };

function EditAlias({ alias, onClose, onDone }: { alias: Alias | null; onClose: () => void; onDone: () => void }) {
  return (
    <FormDialog
      title={alias ? 'Edit alias' : 'Add alias'}
      submit={alias ? 'Save' : 'Create alias'}
      onClose={onClose}
      action={async (entered) => {
        const wish = { targets: addressesIn(entered.targets ?? ''), until: entered.until ?? '' };
        if (alias) await changeAlias(alias.address, wish);
        else await addAlias({ ...wish, address: (entered.address ?? '').trim() });
        notify(alias ? 'Alias saved' : 'Alias created');
        onDone();
      }}
    >
      {(error) => (
        <>
          {alias ? <p class="mono">{alias.address}</p> : <Field label="Alias address" name="address" autocomplete="off" required autoFocus fault={faultOf(error, '/address')} hint="Such as sales@example.org; @example.org catches what nobody else gets." />}
          <Field label="Leads to" name="targets" defaultValue={alias?.targets.join(', ') ?? ''} autocomplete="off" required fault={faultOf(error, '/targets')} hint="One address or more, with commas between them; here or elsewhere." />
          <Field label="Last day" name="until" type="date" defaultValue={lastDay(alias?.until ?? null)} fault={faultOf(error, '/until')} hint="Empty: for good. It ends with this day, UTC." />
        </>
      )}
    </FormDialog>
  );
}

export function AliasesPage() {
  const [words, setWords] = useState('');
  const [open, setOpen] = useState<Open>(null);
  const settled = useSettled(words);
  const loaded = useLoaded((signal) => fetchList<Alias>('aliases', settled, signal), [settled]);
  const close = () => setOpen(null);

  const turn = (alias: Alias) => void attempt(() => changeAlias(alias.address, { enabled: !alias.enabled }), alias.enabled ? 'Alias turned off' : 'Alias turned on').then(loaded.reload);
  const remove = (alias: Alias) => {
    const gone = async () => {
      await removeAlias(alias.address);
      notify('Alias deleted', {
        label: 'Undo',
        run: () => void attempt(() => addAlias({ address: alias.address, targets: alias.targets, until: alias.until ?? '' }), 'Alias is back').then(loaded.reload),
      });
    };
    void gone().catch((error: unknown) => notify(String(error))).then(loaded.reload);
  };

  return (
    <>
      <Head title="Aliases">
        <FilterBox label="Filter aliases" value={words} onChange={setWords} />
        <button type="button" class="primary" onClick={() => setOpen({ what: 'add' })}>
          Add alias
        </button>
      </Head>
      <Waiting loaded={loaded} />
      {loaded.data && loaded.data.items.length > 0 && (
        <Table label="Aliases" columns={[{ name: 'Alias' }, { name: 'Leads to' }, { name: 'Status' }, { name: 'Until' }]}>
          {loaded.data.items.map((alias) => (
            <tr role="row" key={alias.address}>
              <Cell of="Alias" marks>
                <span class="mono">{alias.address}</span>
                {alias.address.startsWith('@') && <Mark tone="plain">Catch-all</Mark>}
              </Cell>
              <Cell of="Leads to">
                <span class="mono">{alias.targets.join(', ')}</span>
              </Cell>
              <Cell of="Status" marks>
                <Mark tone={states[alias.state][0]}>{states[alias.state][1]}</Mark>
              </Cell>
              <Cell of="Until" short>{alias.until ? mediumDate(alias.until) : 'for good'}</Cell>
              <td role="cell" class="row-actions">
                <Menu
                  label={`Actions for ${alias.address}`}
                  className="icon-button"
                  button={<Icon name="more" />}
                  items={[
                    { label: 'Edit…', run: () => setOpen({ what: 'edit', alias }) },
                    { label: alias.enabled ? 'Turn off' : 'Turn on', run: () => turn(alias) },
                    { label: 'Delete', run: () => remove(alias) },
                  ]}
                />
              </td>
            </tr>
          ))}
        </Table>
      )}
      {loaded.data?.items.length === 0 && <p class="empty">{settled ? `No alias has “${settled}” in it.` : 'There are no aliases: each account gets mail for its own address alone.'}</p>}
      {loaded.data && <Shown shown={loaded.data.items.length} total={loaded.data.total} />}
      {open && <EditAlias alias={open.what === 'edit' ? open.alias : null} onClose={close} onDone={loaded.reload} />}
    </>
  );
}
