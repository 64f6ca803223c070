import assert from 'node:assert/strict';
import test from 'node:test';
import { summary } from '../src/lib/authentication';

test('methods with one result stand together', () => {
  assert.equal(summary({ spf: 'pass', dkim: 'pass', dmarc: 'pass' }), 'SPF, DKIM, DMARC passed');
  assert.equal(summary({ spf: 'fail', dkim: 'pass', dmarc: 'pass' }), 'SPF failed; DKIM, DMARC passed');
  assert.equal(summary({ spf: 'softfail', dkim: 'none', dmarc: 'fail' }), 'SPF, DMARC failed; DKIM not used');
  assert.equal(summary({ spf: 'temperror', dkim: 'permerror', dmarc: 'none' }), 'SPF could not be checked; DKIM set up wrongly by the sender; DMARC not used');
});

test('a result that nobody knows is not shown', () => {
  assert.equal(summary({ spf: 'moo', dkim: '', dmarc: 'none' }), 'DMARC not used');
  assert.equal(summary({ spf: '', dkim: '', dmarc: '' }), '');
});
