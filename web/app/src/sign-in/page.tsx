import { useEffect, useRef, useState } from 'preact/hooks';
import { explain, Problem } from '../lib/api';
import { go } from '../lib/navigation';
import { signIn } from '../lib/session';
import { Icon } from '../shell/icon';

export function SignInPage({ next }: { next: string }) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const address = useRef<HTMLInputElement>(null);
  const password = useRef<HTMLInputElement>(null);
  const stay = useRef<HTMLInputElement>(null);

  useEffect(() => {
    document.title = 'Sign in · Pillarbox';
    address.current?.focus();
  }, []);

  const submit = async (event: Event) => {
    event.preventDefault();
    if (busy || !address.current || !password.current) return;
    const who = address.current.value.trim();
    if (!who || !password.current.value) {
      setError(who ? 'Enter your password.' : 'Enter your email address.');
      (who ? password.current : address.current).focus();
      return;
    }
    setBusy(true);
    setError(null);
    try {
      await signIn(who, password.current.value, stay.current?.checked ?? false);
      go(next, true);
    } catch (failure) {
      setBusy(false);
      setError(explain(failure));
      if (failure instanceof Problem && failure.status === 401) {
        password.current.focus();
        password.current.select();
      }
    }
  };

  return (
    <main class="sign-in">
      <form class="card" onSubmit={submit} noValidate>
        <img class="mark" src="/favicon.svg" alt="" width="48" height="48" />
        <h1>Sign in</h1>
        <p class="muted">Pillarbox at {location.hostname}</p>
        {error && (
          <p class="alert" role="alert" id="sign-in-error">
            <Icon name="warning" />
            <span>{error}</span>
          </p>
        )}
        <label>
          Email address
          <input ref={address} type="email" name="username" autocomplete="username" autocapitalize="none" spellcheck={false} required aria-describedby={error ? 'sign-in-error' : undefined} />
        </label>
        <label>
          Password
          <input ref={password} type="password" name="password" autocomplete="current-password" required aria-describedby={error ? 'sign-in-error' : undefined} />
        </label>
        <label class="check">
          <input ref={stay} type="checkbox" name="stay" />
          Stay signed in
        </label>
        <button type="submit" class="primary" aria-disabled={busy}>
          Sign in
        </button>
      </form>
    </main>
  );
}
