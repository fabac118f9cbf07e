import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isCorporateNumber } from './corporate-number.ts';

// Published by the National Tax Agency as its own number, and the example of its specification of the check digit.
for (const number of ['7000012050002', '8700110005901']) {
  test(`${number} is a corporate number`, () => assert.equal(isCorporateNumber(number), true));
}
for (const wrong of ['', '700001205000', '70000120500020', '0000012050002', '700001205000x', '７000012050002']) {
  test(`${JSON.stringify(wrong)} is none`, () => assert.equal(isCorporateNumber(wrong), false));
}

test('exactly one check digit fits, and one wrong digit is found unless it is 0 for 9', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(9), { minLength: 12, maxLength: 12 }), fc.nat(11), fc.nat(9), (digits, at, other) => {
      const body = digits.join('');
      const fitting = [1, 2, 3, 4, 5, 6, 7, 8, 9].filter((check) => isCorporateNumber(`${check}${body}`));
      assert.equal(fitting.length, 1);
      const changed = digits.with(at, other).join('');
      const alike = (digits[at] ?? 0) % 9 === other % 9;
      assert.equal(isCorporateNumber(`${fitting[0]}${changed}`), alike);
    }),
  );
});
