/** A piece of plain text: words, or an address that can be followed. */
export interface Piece {
  text: string;
  href?: string;
}

// The lookbehind lets each run of letters be tried once, from its beginning: linear, whatever it holds.
const candidate = /(?<![\w.+-])(?:(?:https?:\/\/|www\.|mailto:)[^\s<>"'`]+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+)/giu;

/** Without what more likely belongs to the sentence: "(see https://example.org/)." */
function trimEnd(link: string): string {
  let spare = 0; // closing brackets without an opening one
  for (const c of link) spare += c === ')' ? 1 : c === '(' ? -1 : 0;
  let end = link.length;
  for (; end > 0; end--) {
    const last = link[end - 1] ?? '';
    if (last === ')' && spare > 0) spare--;
    else if (!/[.,;:!?'\]}]/.test(last)) break;
  }
  return link.slice(0, end);
}

/** Finds http, https and mail addresses; everything else stays text. */
export function linkify(text: string): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (const match of text.matchAll(candidate)) {
    const found = trimEnd(match[0]);
    if (match.index > at) pieces.push({ text: text.slice(at, match.index) });
    const href = /^(https?:|mailto:)/i.test(found) ? found : found.toLowerCase().startsWith('www.') ? `https://${found}` : `mailto:${found}`;
    pieces.push({ text: found, href });
    at = match.index + found.length;
  }
  if (at < text.length) pieces.push({ text: text.slice(at) });
  return pieces;
}

/** A run of lines with the same depth of quoting. */
export interface Block {
  quoted: boolean;
  lines: string[];
}

/** Splits plain text into what the sender wrote and what was quoted ("> "). */
export function quoteBlocks(text: string): Block[] {
  const blocks: Block[] = [];
  for (const line of text.split('\n')) {
    const quoted = line.startsWith('>');
    const last = blocks[blocks.length - 1];
    if (last && last.quoted === quoted) last.lines.push(line);
    else blocks.push({ quoted, lines: [line] });
  }
  return blocks;
}
