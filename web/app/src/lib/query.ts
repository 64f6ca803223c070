/** The place in a text of an offset that counts octets of UTF-8. */
export function indexOfOctet(text: string, octets: number): number {
  let at = 0;
  for (const c of text) {
    const code = c.codePointAt(0) ?? 0;
    octets -= code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    if (octets < 0) return at;
    at += c.length;
  }
  return text.length;
}

/** Where the word ends that begins at `from`. */
export function wordEnd(text: string, from: number): number {
  const length = text.slice(from).search(/\s/);
  return length < 0 ? text.length : from + length;
}

/** What of a search could be left out, and the search without it. */
export interface Part {
  text: string;
  rest: string;
}

/** Words of a search: apart from each other by spaces outside quotes and parentheses. */
function wordsOf(query: string): string[] {
  const words: string[] = [];
  let word = '';
  let quoted = false;
  let depth = 0;
  for (const c of query) {
    if (c === '"') quoted = !quoted;
    else if (!quoted && c === '(') depth++;
    else if (!quoted && c === ')') depth--;
    if (/\s/.test(c) && !quoted && depth <= 0) {
      if (word) words.push(word);
      word = '';
    } else {
      word += c;
    }
  }
  return word ? [...words, word] : words;
}

/** The conditions of a search that must all hold; what OR joins is one. */
export function partsOf(query: string): Part[] {
  const groups: string[] = [];
  let joins = false;
  for (const word of wordsOf(query)) {
    if (joins || (word === 'OR' && groups.length > 0)) groups.push(`${groups.pop()} ${word}`);
    else groups.push(word);
    joins = word === 'OR';
  }
  return groups.map((text, i) => ({ text, rest: groups.filter((_, at) => at !== i).join(' ') }));
}
