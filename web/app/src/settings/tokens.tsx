import { useState } from 'preact/hooks';
import { exactDate, mediumDate } from '../lib/format';
import { useLoaded } from '../lib/load';
import { notify } from '../lib/notices';
import { session } from '../lib/session';
import { Field, faultOf } from '../shell/field';
import { Cell, FormDialog, Head, ShownSecret, Table, Waiting } from '../shell/parts';
import { addToken, listTokens, revokeToken, type Scope, type Token } from './client';
import { ago, scopeWords } from './words';

type Open = { what: 'add' } | { what: 'secret'; label: string; token: string } | { what: 'revoke'; token: Token } | null;

const scopes = Object.keys(scopeWords) as Scope[];

function AddDialog({ onClose, onDone }: { onClose: () => void; onDone: (label: string, token: string) => void }) {
  const offered = scopes.filter((scope) => scope !== 'admin' || session.value?.account.admin);
  return (
    <FormDialog
      title="Add API token"
      submit="Create token"
      onClose={onClose}
      action={async (entered) => {
        const days = Number(entered.days);
        const wish = { label: entered.label ?? '', scopes: offered.filter((scope) => entered[scope] === 'on') };
        const made = await addToken(days > 0 ? { ...wish, days } : wish);
        return () => onDone(made.label, made.token);
      }}
    >
      {(error) => (
        <>
          <Field label="Name" name="label" type="text" autocomplete="off" required autoFocus maxLength={100} fault={faultOf(error, '/label')} hint="What it is for: nightly tests, backup script." />
          <fieldset class="choices" aria-invalid={faultOf(error, '/scopes') !== null} tabIndex={-1}>
            <legend>It may</legend>
            {offered.map((scope) => (
              <label key={scope} class="check">
                <input type="checkbox" name={scope} defaultChecked={scope === 'mail.read'} />
                {scopeWords[scope]}
              </label>
            ))}
            {faultOf(error, '/scopes') && <p class="fault">{faultOf(error, '/scopes')}</p>}
          </fieldset>
          <div class="field">
            <label for="token-days">Good for</label>
            <select id="token-days" name="days">
              <option value="30">30 days</option>
              <option value="90">90 days</option>
              <option value="365">a year</option>
              <option value="0">as long as it is not revoked</option>
            </select>
          </div>
        </>
      )}
    </FormDialog>
  );
}

function Row({ token, revoke }: { token: Token; revoke: () => void }) {
  const over = token.expires !== null && new Date(token.expires) <= new Date();
  return (
    <tr role="row">
      <Cell of="Name">{token.label}</Cell>
      <Cell of="May">{token.scopes.map((scope) => scopeWords[scope]).join('; ')}</Cell>
      <Cell of="Last used" short>
        {token.lastUsed ? (
          <time dateTime={token.lastUsed} title={exactDate(token.lastUsed)}>
            {ago(token.lastUsed)}
          </time>
        ) : (
          <span class="muted">never</span>
        )}
      </Cell>
      <Cell of="Good until" short>{token.expires ? (over ? 'over' : mediumDate(token.expires)) : 'revoked'}</Cell>
      <td role="cell" class="row-actions">
        <button type="button" class="button" aria-label={`Revoke ${token.label}`} onClick={revoke}>
          Revoke
        </button>
      </td>
    </tr>
  );
}

export function TokensPage() {
  const [open, setOpen] = useState<Open>(null);
  const loaded = useLoaded((signal) => listTokens(signal), []);
  const close = () => setOpen(null);
  return (
    <>
      <Head title="API tokens">
        <button type="button" class="primary" onClick={() => setOpen({ what: 'add' })}>
          Add token
        </button>
      </Head>
      <p class="muted lead">
        With a token a program uses <a href="/api/v1/openapi.json">the API</a> as you, without your password: it sends <code>Authorization: Bearer</code> and the token. No token can change your password or make others.
      </p>
      <Waiting loaded={loaded} />
      {loaded.data && loaded.data.length > 0 && (
        <Table label="API tokens" columns={[{ name: 'Name' }, { name: 'May' }, { name: 'Last used' }, { name: 'Good until' }]}>
          {loaded.data.map((token) => (
            <Row key={token.id} token={token} revoke={() => setOpen({ what: 'revoke', token })} />
          ))}
        </Table>
      )}
      {loaded.data?.length === 0 && <p class="empty">No program uses the API as you.</p>}
      {open?.what === 'add' && (
        <AddDialog
          onClose={close}
          onDone={(label, token) => {
            loaded.reload();
            setOpen({ what: 'secret', label, token });
          }}
        />
      )}
      {open?.what === 'secret' && (
        <ShownSecret title="API token" secret={open.token} onClose={close}>
          For <strong>{open.label}</strong>. It is shown this once: put it where the program reads it.
        </ShownSecret>
      )}
      {open?.what === 'revoke' && (
        <FormDialog
          title="Revoke API token"
          submit="Revoke"
          danger
          onClose={close}
          action={async () => {
            await revokeToken(open.token.id);
            notify('Token revoked');
            loaded.reload();
          }}
        >
          {() => (
            <p>
              Whatever uses <strong>{open.token.label}</strong> will be refused from now on.
            </p>
          )}
        </FormDialog>
      )}
    </>
  );
}
