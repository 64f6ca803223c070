import { useRef, useState } from 'preact/hooks';
import { explain } from '../lib/api';
import { leaveForSignIn, session, signIn, signInHere } from '../lib/session';
import { Dialog } from '../shell/dialog';

/** Asks for the password again, over the page that must not be left. */
export function SignInHere() {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const password = useRef<HTMLInputElement>(null);
  const address = session.value?.account.address;
  if (!signInHere.value || !address) return null;

  const submit = async (event: Event) => {
    event.preventDefault();
    if (busy || !password.current) return;
    setBusy(true);
    setError(null);
    try {
      await signIn(address, password.current.value, false);
    } catch (failure) {
      setError(explain(failure));
      password.current.focus();
      password.current.select();
    }
    setBusy(false);
  };

  return (
    <Dialog title="Sign in again" onClose={() => signInHere.value && leaveForSignIn()}>
      <form class="sign-in-here" onSubmit={submit} noValidate>
        <p>Your session has ended. What you wrote is kept here, and goes on once you have signed in.</p>
        {error && (
          <p class="alert" role="alert">
            {error}
          </p>
        )}
        <label>
          Email address
          <input type="email" name="username" autocomplete="username" value={address} readOnly />
        </label>
        <label>
          Password
          <input ref={password} type="password" name="password" autocomplete="current-password" required autoFocus />
        </label>
        <button type="submit" class="primary" aria-disabled={busy}>
          Sign in
        </button>
      </form>
    </Dialog>
  );
}
