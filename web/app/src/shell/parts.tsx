import type { ComponentChildren } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { explain, Problem } from '../lib/api';
import type { Loaded } from '../lib/load';
import { notify } from '../lib/notices';
import { signInAgain } from '../lib/session';
import { Dialog } from './dialog';
import { Field, focusFault } from './field';
import { Icon } from './icon';

/** A page's heading, and what can be done beside it. */
export function Head({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <header class="page-head">
      <h1>{title}</h1>
      {children}
    </header>
  );
}

/** What a page shows while there is nothing, or when it could not be fetched. */
export function Waiting<T>({ loaded }: { loaded: Loaded<T> }) {
  if (loaded.error)
    return (
      <div class="failed" role="alert">
        <Icon name="warning" className="big" />
        <p>{explain(loaded.error)}</p>
        <button type="button" class="button" onClick={loaded.reload}>
          Try again
        </button>
      </div>
    );
  if (loaded.data) return null;
  return (
    <div aria-hidden="true">
      <span class="bar title" />
      <span class="bar" />
      <span class="bar" />
    </div>
  );
}

export function FilterBox({ label, value, onChange }: { label: string; value: string; onChange: (value: string) => void }) {
  return (
    <div class="filter">
      <Icon name="search" />
      <input type="search" aria-label={label} placeholder={label} value={value} autocomplete="off" autocapitalize="none" spellcheck={false} onInput={(event) => onChange(event.currentTarget.value)} />
    </div>
  );
}

export interface Column {
  name: string;
  number?: boolean;
}

/** A table that stays one for screen readers when it is shown as cards. */
export function Table({ label, columns, children }: { label: string; columns: Column[]; children: ComponentChildren }) {
  return (
    <table class="page-table" role="table" aria-label={label}>
      <thead role="rowgroup">
        <tr role="row">
          {columns.map((column) => (
            <th key={column.name} role="columnheader" scope="col" class={column.number ? 'number' : undefined}>
              {column.name}
            </th>
          ))}
          <th role="columnheader" scope="col">
            <span class="only-heard">Actions</span>
          </th>
        </tr>
      </thead>
      <tbody role="rowgroup">{children}</tbody>
    </table>
  );
}

export function Cell({ of, number = false, short = false, marks = false, children }: { of: string; number?: boolean; short?: boolean; marks?: boolean; children: ComponentChildren }) {
  return (
    <td role="cell" class={number ? 'number' : undefined}>
      <span class="of" aria-hidden="true">
        {of}
      </span>
      <span class={marks ? 'marks' : short || number ? 'short' : undefined}>{children}</span>
    </td>
  );
}

export type Tone = 'ok' | 'warn' | 'bad' | 'plain';

export function Mark({ tone, children }: { tone: Tone; children: ComponentChildren }) {
  return <span class={`mark-${tone} mark-text`}>{children}</span>;
}

/** How many are shown, where that is not all of them. */
export function Shown({ shown, total }: { shown: number; total: number }) {
  if (shown >= total) return null;
  return (
    <p class="muted" role="status">
      The first {shown} of {total} are shown. Filter for the others.
    </p>
  );
}

interface FormProps {
  title: string;
  submit: string; // on the button
  danger?: boolean;
  /** Does it, with what was entered; throws what the form then shows. What it returns is done once the form has closed. */
  action: (entered: Record<string, string>) => Promise<(() => void) | void>;
  onClose: () => void;
  children: (error: unknown) => ComponentChildren;
}

/** A dialog with a form. It stays until what was asked for is done, and asks for the password again where that is wanted. */
export function FormDialog({ title, submit, danger = false, action, onClose, children }: FormProps) {
  const form = useRef<HTMLFormElement>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [again, setAgain] = useState(false);

  const onSubmit = async (event: Event) => {
    event.preventDefault();
    if (busy || !form.current) return;
    const entered = Object.fromEntries([...new FormData(form.current)].map(([name, value]) => [name, String(value)]));
    setBusy(true);
    setError(null);
    try {
      if (again) await signInAgain(entered.again ?? '');
      const next = await action(entered);
      onClose();
      next?.();
    } catch (failure) {
      setBusy(false);
      setError(failure);
      if (failure instanceof Problem && failure.kind === 'reauthenticate') setAgain(true);
      focusFault(form.current);
    }
  };

  return (
    <Dialog title={title} onClose={onClose}>
      <form ref={form} class="form" onSubmit={onSubmit} noValidate>
        {error !== null && (
          <p class="alert" role="alert">
            <Icon name="warning" />
            <span>{explain(error)}</span>
          </p>
        )}
        {children(error)}
        {again && <Field label="Your password" name="again" type="password" autocomplete="current-password" autoFocus required />}
        <p class="form-actions">
          <button type="button" class="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" class={danger ? 'primary danger' : 'primary'} aria-disabled={busy}>
            {submit}
          </button>
        </p>
      </form>
    </Dialog>
  );
}

/** Asks to type the name of what is to go for good. */
export function Removal({ what, name, consequence, action, onClose }: { what: string; name: string; consequence: string; action: () => Promise<unknown>; onClose: () => void }) {
  const [typed, setTyped] = useState('');
  const [missed, setMissed] = useState(false);
  return (
    <FormDialog
      title={`Delete ${what}`}
      submit="Delete for good"
      danger
      onClose={onClose}
      action={async () => {
        setMissed(typed.trim() !== name);
        if (typed.trim() !== name) throw new Error('What you typed is not the same.');
        await action();
      }}
    >
      {() => (
        <>
          <p>
            <strong class="mono">{name}</strong> {consequence} This cannot be undone.
          </p>
          <Field label={`Type ${name} to confirm`} name="typed" value={typed} onInput={(event) => setTyped(event.currentTarget.value)} fault={missed && typed.trim() !== name ? 'Type it as it stands above.' : null} autocomplete="off" autoFocus />
        </>
      )}
    </FormDialog>
  );
}

/** What was made up, and is shown this once; `children` say what it is for. */
export function ShownSecret({ title, secret, onClose, children }: { title: string; secret: string; onClose: () => void; children: ComponentChildren }) {
  const copy = () =>
    navigator.clipboard.writeText(secret).then(
      () => notify('Copied'),
      () => notify('The browser did not allow copying.'),
    );
  return (
    <Dialog title={title} onClose={onClose}>
      <p>{children}</p>
      <p class="secret">
        <code>{secret}</code>
        <button type="button" class="button" onClick={copy}>
          <Icon name="copy" />
          Copy
        </button>
      </p>
      <p class="form-actions">
        <button type="button" class="primary" onClick={onClose}>
          Done
        </button>
      </p>
    </Dialog>
  );
}

/** A password that was made up for somebody. */
export function ShownPassword({ address, password, onClose }: { address: string; password: string; onClose: () => void }) {
  return (
    <ShownSecret title="New password" secret={password} onClose={onClose}>
      For <strong class="mono">{address}</strong>. It is shown this once; give it to its owner in a safe way.
    </ShownSecret>
  );
}

/** Does something, and says what became of it; null: it says so itself. */
export async function attempt(action: () => Promise<unknown>, done: string | null): Promise<void> {
  try {
    await action();
    if (done) notify(done);
  } catch (error) {
    notify(explain(error));
  }
}
