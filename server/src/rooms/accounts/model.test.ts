import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { newId, parseUuid } from '../../base/ids.ts';
import { newSecret, parseEmail, readBearer, secretHash, tokenText } from './model.ts';

test('a token is read back as what it was made for', () => {
  fc.assert(
    fc.property(fc.boolean(), (ofProvider) => {
      const secret = newSecret();
      const contractorId = ofProvider ? undefined : newId<'Contractor'>();
      const read = readBearer(`Bearer ${tokenText(contractorId, secret)}`);
      assert.ok(read);
      assert.deepEqual(read.hash, secretHash(secret));
      assert.equal(read.scope === 'contractor' ? read.contractorId : undefined, contractorId);
    }),
  );
});

test('nothing else is a token, and reading it never throws', () => {
  const secret = newSecret();
  for (const header of [
    '',
    'Bearer',
    `Bearer ${secret}`,
    `Basic tsp_${secret}`,
    `Bearer tsp_${secret} x`,
    `Bearer tsp_${secret}=`,
    `Bearer tsc_${secret}`,
    `Bearer tsc_${'-'.repeat(36)}_${secret}`,
  ]) {
    assert.equal(readBearer(header), undefined, header);
  }
  fc.assert(fc.property(fc.string(), (text) => readBearer(text) === undefined));
});

test('the scheme is read whatever its case, a contractor id too', () => {
  const secret = newSecret();
  const contractorId = parseUuid<'Contractor'>('0199aaaa-bbbb-7ccc-8ddd-eeeeffff0000', 'contractorId');
  const read = readBearer(`bearer tsc_${contractorId.toUpperCase()}_${secret}`);
  assert.equal(read?.scope === 'contractor' && read.contractorId, contractorId);
});

test('addresses get one spelling, and those that cannot sign in are refused', () => {
  assert.equal(parseEmail(' First.Last+x@Example.CO.JP '), 'first.last+x@example.co.jp');
  for (const email of ['', 'a', 'a@b', 'a@localhost', 'a..b@example.jp', 'a.@example.jp', `${'a'.repeat(250)}@b.jp`]) {
    assert.throws(() => parseEmail(email), { code: 'invalid', reason: 'account.email' }, email);
  }
});
