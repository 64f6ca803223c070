import { useEffect, useRef, useState } from 'preact/hooks';
import { call, explain, getJson, isAbort, Problem } from '../lib/api';
import { go } from '../lib/navigation';
import { signIn } from '../lib/session';
import { Field, faultOf, focusFault } from '../shell/field';
import { Icon } from '../shell/icon';
import { NotFound } from '../shell/not-found';

interface State {
  hostname: string;
  domain: string;
}

/** The first page of a new server: whose code is right makes its administrator. */
export function SetUpPage({ code }: { code: string }) {
  const [state, setState] = useState<State | null>(null);
  const [over, setOver] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [domain, setDomain] = useState('');
  const [address, setAddress] = useState('');
  const form = useRef<HTMLFormElement>(null);

  useEffect(() => {
    document.title = 'Set up Pillarbox';
    const abort = new AbortController();
    getJson<State>('/setup', abort.signal).then(
      (found) => {
        setState(found);
        // Whoever was quicker than this answer keeps what they typed, and their place.
        setDomain((typed) => typed || found.domain);
        requestAnimationFrame(() => {
          if (form.current?.contains(document.activeElement)) return;
          form.current?.querySelector<HTMLElement>(code ? '[name=domain]' : '[name=code]')?.focus();
        });
      },
      (failure) => {
        if (failure instanceof Problem && failure.status === 404) setOver(true);
        else if (!isAbort(failure)) setError(failure);
      },
    );
    return () => abort.abort();
  }, []);

  const submit = async (event: Event) => {
    event.preventDefault();
    if (busy || !form.current) return;
    const entered = Object.fromEntries([...new FormData(form.current)].map(([name, value]) => [name, String(value)]));
    const who = (entered.address ?? '').trim();
    const password = entered.password ?? '';
    setBusy(true);
    setError(null);
    try {
      await call('POST', '/setup', { body: { code: (entered.code ?? '').trim(), domain: domain.trim(), address: who, password } });
      await signIn(who, password, false);
      go('/mail/inbox', true);
    } catch (failure) {
      setBusy(false);
      setError(failure);
      focusFault(form.current);
    }
  };

  if (over) return <NotFound />;
  return (
    <main class="sign-in">
      <form ref={form} class="card" onSubmit={submit} noValidate aria-busy={!state}>
        <img class="mark" src="/favicon.svg" alt="" width="48" height="48" />
        <h1>Set up Pillarbox</h1>
        <p class="muted">{state ? `The mail server ${state.hostname}` : 'A new mail server'}</p>
        {error !== null && (
          <p class="alert" role="alert">
            <Icon name="warning" />
            <span>{explain(error)}</span>
          </p>
        )}
        <Field label="Setup code" name="code" defaultValue={code} autocomplete="one-time-code" required fault={faultOf(error, '/code')} hint="The server printed it when it started." />
        <Field label="Mail domain" name="domain" value={domain} onInput={(event) => setDomain(event.currentTarget.value)} autocomplete="off" required placeholder="example.org" fault={faultOf(error, '/domain')} hint="What stands behind the @ of your addresses." />
        <Field
          label="Email address"
          name="address"
          type="email"
          value={address}
          onInput={(event) => setAddress(event.currentTarget.value)}
          autocomplete="username"
          required
          placeholder={`you@${domain || 'example.org'}`}
          fault={faultOf(error, '/address')}
          hint="Yours: of the first account, an administrator."
        />
        <Field label="Password" name="password" type="password" autocomplete="new-password" required fault={faultOf(error, '/password')} hint="At best a sentence that only you know." />
        <button type="submit" class="primary" aria-disabled={busy}>
          Create administrator
        </button>
      </form>
    </main>
  );
}
