import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FailureLimit, networkOf } from './failure-limit.ts';

const START = Temporal.Instant.from('2026-11-26T00:00:00Z');
const after = (seconds: number) => START.add({ milliseconds: Math.round(seconds * 1000) });

test('the burst is free, then each failure costs its time', () => {
  const limit = new FailureLimit({ burst: 3, perMinute: 6 });
  for (let failures = 0; failures < 3; failures += 1) {
    assert.equal(limit.wait('a', START), 0);
    limit.failed('a', START);
  }
  assert.equal(limit.wait('a', START), 10);
  assert.equal(limit.wait('a', after(4)), 6);
  assert.equal(limit.wait('b', START), 0, 'nobody else waits');
  assert.equal(limit.wait('a', after(10)), 0);
  limit.failed('a', after(10));
  assert.equal(limit.wait('a', after(10)), 10);
  assert.equal(limit.wait('a', after(40)), 0, 'all is forgiven some time');
});

test('a clock that goes back makes nobody wait longer', () => {
  const limit = new FailureLimit({ burst: 1, perMinute: 60 });
  limit.failed('a', after(100));
  assert.equal(limit.wait('a', START), 1);
});

test('only so many keys are remembered, those heard of last', () => {
  const limit = new FailureLimit({ burst: 1, perMinute: 1, keys: 2 });
  for (const key of ['a', 'b', 'a', 'c']) limit.failed(key, START);
  assert.deepEqual(
    ['a', 'b', 'c'].map((key) => limit.wait(key, START) > 0),
    [true, false, true],
  );
});

test('who waits as told is taken, and not before; over any time no more fail than burst and rate allow', () => {
  const times = fc.array(fc.integer({ min: 0, max: 5000 }), { minLength: 1, maxLength: 200 });
  const check = fc.property(
    times,
    fc.integer({ min: 1, max: 5 }),
    fc.integer({ min: 1, max: 120 }),
    (gaps, burst, perMinute) => {
      const limit = new FailureLimit({ burst, perMinute });
      let at = 0;
      let taken = 0;
      for (const gap of gaps) {
        at += gap / 1000;
        const seconds = limit.wait('a', after(at));
        assert.equal(limit.wait('a', after(at + seconds)), 0);
        if (seconds > 0) continue;
        limit.failed('a', after(at));
        taken += 1;
      }
      assert.ok(taken <= burst + 1 + (at * perMinute) / 60, `${taken} in ${at} s`);
    },
  );
  fc.assert(check);
});

for (const { address, network } of [
  { address: '192.0.2.7', network: '192.0.2.7' },
  { address: '2001:db8:1:2:3:4:5:6', network: '2001:db8:1:2::/64' },
  { address: '2001:db8::1', network: '2001:db8:0:0::/64' },
  { address: '::1', network: '0:0:0:0::/64' },
  { address: 'fe80::1%eth0', network: 'fe80:0:0:0::/64' },
  { address: '', network: '' },
]) {
  test(`${address || 'an unknown address'} is in ${network || 'no network'}`, () =>
    assert.equal(networkOf(address), network));
}
