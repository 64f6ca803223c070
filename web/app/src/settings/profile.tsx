import { useRef, useState } from 'preact/hooks';
import { explain } from '../lib/api';
import { forgetIdentities } from '../lib/identities';
import { useLoaded } from '../lib/load';
import { notify } from '../lib/notices';
import { focusFault } from '../shell/field';
import { Icon } from '../shell/icon';
import { Head, Waiting } from '../shell/parts';
import { readIdentities, setIdentity, type Identity } from './client';
import { IdentityFields } from './identity-form';

function ProfileForm({ own }: { own: Identity }) {
  const form = useRef<HTMLFormElement>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);

  const onSubmit = async (event: Event) => {
    event.preventDefault();
    if (busy || !form.current) return;
    const entered = new FormData(form.current);
    setBusy(true);
    setError(null);
    try {
      await setIdentity(own.address, { name: String(entered.get('name')).trim(), signature: String(entered.get('signature')), preferred: own.preferred });
      forgetIdentities();
      notify('Profile saved');
    } catch (failure) {
      setError(failure);
      focusFault(form.current);
    }
    setBusy(false);
  };

  return (
    <form ref={form} class="form narrow" onSubmit={onSubmit} noValidate>
      {error !== null && (
        <p class="alert" role="alert">
          <Icon name="warning" />
          <span>{explain(error)}</span>
        </p>
      )}
      <dl class="facts">
        <div>
          <dt>Email address</dt>
          <dd class="mono">{own.address}</dd>
        </div>
      </dl>
      <IdentityFields identity={own} error={error} />
      <p class="form-actions">
        <button type="submit" class="primary" aria-disabled={busy}>
          Save profile
        </button>
      </p>
    </form>
  );
}

export function ProfilePage() {
  const loaded = useLoaded((signal) => readIdentities(signal), []);
  const own = loaded.data?.items[0];
  return (
    <>
      <Head title="Profile" />
      <Waiting loaded={loaded} />
      {own && <ProfileForm own={own} />}
    </>
  );
}
