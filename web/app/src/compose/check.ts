import type { FieldError } from '../lib/api';
import { isAddress } from '../lib/addresses';
import type { Fields } from './client';

export const recipientFields = ['to', 'cc', 'bcc'] as const;
export type RecipientField = (typeof recipientFields)[number];

/** What keeps a message from being sent; the server looks closer. */
export function faultsOf(fields: Fields): FieldError[] {
  const faults: FieldError[] = [];
  for (const name of recipientFields) {
    fields[name].forEach((person, i) => {
      if (!isAddress(person.address)) faults.push({ pointer: `/${name}/${i}/address`, detail: `“${person.address || person.name}” is not an address.` });
    });
  }
  const nobody = recipientFields.every((name) => fields[name].length === 0);
  if (nobody) faults.push({ pointer: '/to', detail: 'Say whom it is for.' });
  return faults;
}

/** The faults of one field, "/to" and "/to/1/address" alike. */
export const faultsAt = (faults: FieldError[], field: string): FieldError[] =>
  faults.filter(({ pointer }) => pointer === `/${field}` || pointer.startsWith(`/${field}/`));

/** Positions of the recipients that a field's faults are about. */
export const faultyPlaces = (faults: FieldError[], field: string): Set<number> =>
  new Set(faultsAt(faults, field).flatMap(({ pointer }) => (pointer.split('/')[2] ? [Number(pointer.split('/')[2])] : [])));

/** Whether the words promise a file; what is quoted does not. */
export function mentionsFile(fields: Fields): boolean {
  const own = fields.text.split('\n').filter((line) => !line.startsWith('>')).join('\n');
  return /\b(attached|attachment|attaching|enclosed)\b/i.test(own);
}

export const isBlank = (fields: Fields): boolean =>
  !fields.subject.trim() && !fields.text.trim() && recipientFields.every((name) => fields[name].length === 0);

const people = (list: Fields['to']): string => JSON.stringify(list.map(({ name, address }) => [name, address]));

/** Spaces at the ends of lines do not survive the mail. */
const trimmed = (text: string): string => text.replace(/[ \t]+$/gm, '').trimEnd();

/** Whether two say the same; the sender is left out: the server names it where we do not. */
export const sameFields = (a: Fields, b: Fields): boolean =>
  a.subject === b.subject && trimmed(a.text) === trimmed(b.text) && recipientFields.every((name) => people(a[name]) === people(b[name]));
