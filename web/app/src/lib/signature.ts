/** As whom somebody writes. */
export interface Identity {
  address: string;
  name: string;
  signature: string;
  preferred: boolean;
}

/** What new messages begin with. */
export const preferredOf = (all: Identity[]): Identity | undefined => all.find(({ preferred }) => preferred) ?? all[0];

/** The same text with the signature of another identity, where it still has the one it began with. */
export function swapSignature(text: string, before: string, after: string): string {
  const old = signatureBlock(before);
  const next = signatureBlock(after);
  if (!old) return text.trim() ? text : next;
  const at = text.indexOf(old);
  return at < 0 ? text : text.slice(0, at) + next + text.slice(at + old.length);
}

/** What is put under a message; empty without a signature. RFC 3676 §4.3 has the line before it. */
export const signatureBlock = (signature: string): string => (signature.trim() ? `\n\n-- \n${signature.trim()}\n` : '');
