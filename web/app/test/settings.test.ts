import assert from 'node:assert/strict';
import test from 'node:test';
import { preferredOf, signatureBlock, swapSignature } from '../src/lib/signature';
import { ago, describeAgent } from '../src/settings/words';

test('browsers are called what people call them', () => {
  const cases: [string, string][] = [
    ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox on Linux'],
    ['Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36', 'Chrome on Windows'],
    ['Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0', 'Edge on Windows'],
    ['Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1', 'Safari on iPhone'],
    ['Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15', 'Safari on Mac'],
    ['Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36', 'Samsung Internet on Android'],
    ['curl/8.14.1', 'curl'],
    ['Something/1.0', 'Something/1.0'],
    ['', 'Unknown browser'],
  ];
  for (const [agent, words] of cases) assert.equal(describeAgent(agent), words, agent);
});

test('times are said as people say them', () => {
  const now = new Date('2025-11-25T12:00:00Z');
  const before = (seconds: number) => new Date(now.getTime() - seconds * 1000).toISOString();
  assert.equal(ago(before(5), now), 'just now');
  assert.equal(ago(before(-60), now), 'just now', 'clocks differ');
  assert.equal(ago(before(200), now), '3 minutes ago');
  assert.equal(ago(before(7300), now), '2 hours ago');
  assert.equal(ago(before(90_000), now), 'yesterday');
  assert.equal(ago(before(100 * 86_400), now), '3 months ago');
});

test('a signature goes with its identity, as long as nobody has changed it', () => {
  assert.equal(signatureBlock(' '), '');
  assert.equal(signatureBlock('Ada\n'), '\n\n-- \nAda\n');
  const text = `Hello${signatureBlock('Ada')}\n> quoted`;
  assert.equal(swapSignature(text, 'Ada', 'Grace'), `Hello${signatureBlock('Grace')}\n> quoted`);
  assert.equal(swapSignature(text, 'Ada', ''), 'Hello\n> quoted');
  assert.equal(swapSignature('Hello\n-- \nA.', 'Ada', 'Grace'), 'Hello\n-- \nA.');
  assert.equal(swapSignature('', '', 'Grace'), signatureBlock('Grace'));
  assert.equal(swapSignature('Hello', '', 'Grace'), 'Hello');
});

test('new messages begin with the preferred identity, or the own address', () => {
  const one = { address: 'a', name: '', signature: '', preferred: false };
  const two = { address: 'b', name: '', signature: '', preferred: true };
  assert.equal(preferredOf([one, two])?.address, 'b');
  assert.equal(preferredOf([one])?.address, 'a');
  assert.equal(preferredOf([]), undefined);
});
