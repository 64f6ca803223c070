import { Field, faultOf } from '../shell/field';

/** How much mail may be kept, in MB; what the server has is 0 where nothing stands. */
export function QuotaField({ label, octets, hint, error }: { label: string; octets: number; hint: string; error: unknown }) {
  const shown = octets > 0 ? String(Math.round(octets / 1000) / 1000) : '';
  return <Field label={label} name="quota" type="text" inputMode="decimal" defaultValue={shown} autocomplete="off" hint={hint} fault={faultOf(error, '/quota')} />;
}
