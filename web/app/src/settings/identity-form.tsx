import { useId } from 'preact/hooks';
import { Field, faultOf } from '../shell/field';
import type { Identity } from './client';

/** What goes before an address, and under what is written from it. */
export function IdentityFields({ identity, error }: { identity: Identity; error: unknown }) {
  const id = useId();
  const fault = faultOf(error, '/signature');
  return (
    <>
      <Field label="Display name" name="name" type="text" defaultValue={identity.name} autocapitalize="words" autocomplete="name" maxLength={200} fault={faultOf(error, '/name')} hint="Goes before your address in what you send." />
      <div class="field">
        <label for={id}>Signature</label>
        <textarea id={id} name="signature" rows={4} defaultValue={identity.signature} maxLength={4000} aria-invalid={fault !== null} aria-describedby={`${id}-note`} />
        <p class={fault ? 'fault' : 'hint'} id={`${id}-note`}>
          {fault ?? 'Put under new messages, and above what an answer quotes.'}
        </p>
      </div>
    </>
  );
}
