import type { Person } from './types';

/** "Ada Lovelace <ada@example.org>", with quotes where the name needs them (RFC 5322 §3.4). */
export function formatPerson(person: Person): string {
  if (!person.name) return person.address;
  const plain = /^[\p{L}\p{N}!#$%&'*+\-/=?^_`{|}~ ]+$/u.test(person.name);
  const name = plain ? person.name : `"${person.name.replace(/["\\]/g, '\\$&')}"`;
  return `${name} <${person.address}>`;
}

/** Whether it could be an address; the server knows for certain. */
export function isAddress(text: string): boolean {
  const at = text.lastIndexOf('@');
  const local = text.slice(0, at);
  const domain = text.slice(at + 1);
  if (at < 1 || text.length > 254) return false;
  const localFits = /^"[^"\r\n]*"$/.test(local) || /^[^\s@<>()[\]",;:\\]+$/.test(local);
  return localFits && (/^\[[\w.:]+\]$/.test(domain) || /^[\p{L}\p{N}](?:[\p{L}\p{N}\p{M}.-]*[\p{L}\p{N}\p{M}])?$/u.test(domain)) && !domain.includes('..');
}

/** Pieces between commas, semicolons and line ends that stand outside quotes and angle brackets. */
function piecesOf(text: string): string[] {
  const pieces: string[] = [];
  let piece = '';
  let quoted = false;
  let angle = false;
  for (let i = 0; i < text.length; i++) {
    const c = text[i] ?? '';
    if (quoted && c === '\\') {
      piece += c + (text[++i] ?? '');
      continue;
    }
    if (c === '"') quoted = !quoted;
    else if (!quoted && c === '<') angle = true;
    else if (!quoted && c === '>') angle = false;
    // A quotation mark that is never closed must not swallow the lines behind it.
    if (/[\r\n]/.test(c) || (!quoted && !angle && /[,;]/.test(c))) {
      pieces.push(piece);
      piece = '';
      quoted = angle = false;
    } else {
      piece += c;
    }
  }
  return [...pieces, piece].map((one) => one.trim()).filter(Boolean);
}

function personOf(piece: string): Person {
  const named = /^(.*?)\s*<([^<>]*)>$/s.exec(piece);
  if (!named) return { name: '', address: piece.replace(/^mailto:/i, '') };
  const name = (named[1] ?? '').trim();
  const plain = /^"(.*)"$/s.exec(name);
  return { name: plain ? (plain[1] ?? '').replace(/\\(.)/g, '$1') : name, address: (named[2] ?? '').trim() };
}

/** People as they are typed or pasted. What is no address stays as it is, to be mended. */
export function parsePeople(text: string): Person[] {
  return piecesOf(text).flatMap((piece) => {
    const words = piece.split(/\s+/);
    if (words.length > 1 && words.every(isAddress)) return words.map((address) => ({ name: '', address }));
    return [personOf(piece)];
  });
}
