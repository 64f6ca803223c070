import { useEffect, useRef, useState } from 'preact/hooks';
import { call, explain, isAbort, Problem } from '../lib/api';
import { exactDate } from '../lib/format';
import { go } from '../lib/navigation';
import { signIn } from '../lib/session';
import { Field, faultOf, focusFault } from '../shell/field';
import { Icon } from '../shell/icon';

interface Link {
  address: string;
  expires: string;
}

/** Where the link of an administrator leads: whoever has its code sets a password. */
export function SetPasswordPage() {
  // Behind the '#', so that it is in no request for a page; it stays there until it is used, for a reload.
  const [code] = useState(() => location.hash.slice(1));
  const [link, setLink] = useState<Link | null>(null);
  const [useless, setUseless] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [differs, setDiffers] = useState(false);
  const form = useRef<HTMLFormElement>(null);

  const fail = (failure: unknown) => {
    if (failure instanceof Problem && failure.status === 403) setUseless(explain(failure));
    else if (!isAbort(failure)) setError(failure);
  };

  useEffect(() => {
    document.title = 'Set a new password · Pillarbox';
    if (!code) {
      setUseless('The link is not whole: open it as it was given to you.');
      return;
    }
    const abort = new AbortController();
    const look = async () => {
      const response = await call('POST', '/reset-link', { body: { code }, signal: abort.signal });
      setLink((await response.json()) as Link);
      requestAnimationFrame(() => form.current?.querySelector<HTMLElement>('[name=password]')?.focus());
    };
    look().catch(fail);
    return () => abort.abort();
  }, []);

  const submit = async (event: Event) => {
    event.preventDefault();
    if (busy || !link || !form.current) return;
    const entered = new FormData(form.current);
    const password = String(entered.get('password'));
    const same = password === String(entered.get('repeated'));
    setError(null);
    setDiffers(!same);
    if (!same) {
      focusFault(form.current);
      return;
    }
    setBusy(true);
    try {
      await call('POST', '/reset-link/password', { body: { code, password } });
      await signIn(link.address, password, false);
      go('/mail/inbox', true);
    } catch (failure) {
      setBusy(false);
      fail(failure);
      focusFault(form.current);
    }
  };

  return (
    <main class="sign-in">
      <form ref={form} class="card" onSubmit={submit} noValidate aria-busy={!link && !useless && error === null}>
        <img class="mark" src="/favicon.svg" alt="" width="48" height="48" />
        <h1>Set a new password</h1>
        {link && !useless && (
          <p class="muted">
            For <strong>{link.address}</strong>. The link can be used once, until {exactDate(link.expires)}.
          </p>
        )}
        {(useless || (error !== null && !(error instanceof Problem && error.errors.length > 0))) && (
          <p class="alert" role="alert">
            <Icon name="warning" />
            <span>{useless ?? explain(error)}</span>
          </p>
        )}
        {useless && <a href="/sign-in">Sign in</a>}
        {link && !useless && (
          <>
            {/* So that password managers know whose it is. */}
            <input type="hidden" name="username" autocomplete="username" value={link.address} />
            <Field label="New password" name="password" type="password" autocomplete="new-password" required fault={faultOf(error, '/password')} hint="Long is better than complicated: a few words that nobody else would put together." />
            <Field label="New password again" name="repeated" type="password" autocomplete="new-password" required fault={differs ? 'The two are not the same.' : null} />
            <button type="submit" class="primary" aria-disabled={busy}>
              Set password
            </button>
          </>
        )}
      </form>
    </main>
  );
}
