// Results of RFC 8601, in words.
const words: Record<string, string> = {
  pass: 'passed',
  fail: 'failed',
  softfail: 'failed',
  none: 'not used',
  neutral: 'undecided',
  policy: 'not accepted',
  temperror: 'could not be checked',
  permerror: 'set up wrongly by the sender',
};

/** "SPF, DKIM, DMARC passed", "SPF failed; DKIM, DMARC passed": methods with one result together. */
export function summary({ spf, dkim, dmarc }: { spf: string; dkim: string; dmarc: string }): string {
  const groups = new Map<string, string[]>();
  for (const [method, result] of [
    ['SPF', spf],
    ['DKIM', dkim],
    ['DMARC', dmarc],
  ] as const) {
    const word = words[result];
    if (word) groups.set(word, [...(groups.get(word) ?? []), method]);
  }
  return [...groups].map(([word, methods]) => `${methods.join(', ')} ${word}`).join('; ');
}
