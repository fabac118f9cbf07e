import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newPassword, totp } from './people.ts';

// RFC 6238, appendix B, SHA-1: its eight digits end in our six.
const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
for (const { seconds, code } of [
  { seconds: 59, code: '287082' },
  { seconds: 1_111_111_109, code: '081804' },
  { seconds: 1_234_567_890, code: '005924' },
  { seconds: 20_000_000_000, code: '353130' },
]) {
  test(`the code at ${seconds} s`, () => assert.equal(totp(SECRET, seconds * 1000), code));
}

test('passwords are long enough and differ', () => {
  assert.match(newPassword(), /^[a-z0-9]{5}(-[a-z0-9]{5}){2}$/);
  assert.notEqual(newPassword(), newPassword());
});
