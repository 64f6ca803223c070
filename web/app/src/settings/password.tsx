import { useRef, useState } from 'preact/hooks';
import { explain, Problem } from '../lib/api';
import { notify } from '../lib/notices';
import { changePassword, session } from '../lib/session';
import { Field, faultOf, focusFault } from '../shell/field';
import { Icon } from '../shell/icon';
import { Head } from '../shell/parts';

export function PasswordPage() {
  const form = useRef<HTMLFormElement>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [differs, setDiffers] = useState(false);

  const onSubmit = async (event: Event) => {
    event.preventDefault();
    if (busy || !form.current) return;
    const entered = new FormData(form.current);
    const wanted = String(entered.get('new'));
    setError(null);
    setDiffers(wanted !== String(entered.get('repeated')));
    if (wanted !== String(entered.get('repeated'))) {
      focusFault(form.current);
      return;
    }
    setBusy(true);
    try {
      await changePassword(String(entered.get('current')), wanted);
      form.current.reset();
      notify('Password changed. You are signed out everywhere else.');
    } catch (failure) {
      setError(failure);
      focusFault(form.current);
    }
    setBusy(false);
  };

  return (
    <>
      <Head title="Password" />
      <p class="muted lead">
        For signing in here, and for mail programs that have no app password of their own. Changing it signs you out everywhere else; app passwords and API tokens go on.
      </p>
      <form ref={form} class="form narrow" onSubmit={onSubmit} noValidate>
        {error !== null && !(error instanceof Problem && error.errors.length > 0) && (
          <p class="alert" role="alert">
            <Icon name="warning" />
            <span>{explain(error)}</span>
          </p>
        )}
        {/* So that password managers know whose it is. */}
        <input type="hidden" name="username" autocomplete="username" value={session.value?.account.address ?? ''} />
        <Field label="Present password" name="current" type="password" autocomplete="current-password" required fault={faultOf(error, '/current')} />
        <Field label="New password" name="new" type="password" autocomplete="new-password" required fault={faultOf(error, '/new')} hint="Long is better than complicated: a few words that nobody else would put together." />
        <Field label="New password again" name="repeated" type="password" autocomplete="new-password" required fault={differs ? 'The two are not the same.' : null} />
        <p class="form-actions">
          <button type="submit" class="primary" aria-disabled={busy}>
            Change password
          </button>
        </p>
      </form>
    </>
  );
}
