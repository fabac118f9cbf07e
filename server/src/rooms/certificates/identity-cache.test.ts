import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newId } from '../../base/ids.ts';
import { IdentityCache, type KnownCertificate } from './identity-cache.ts';

const known = (hash: string): KnownCertificate<string> => ({
  contractorId: newId<'Contractor'>(),
  hash,
  serial: hash,
  notBefore: 0,
  notAfter: 0,
  publicKey: undefined,
  binding: undefined,
  contactAt: 0,
});

test('what is used stays, what is not goes, and there are never more than its capacity', () => {
  const cache = new IdentityCache<string>(10);
  const often = cache.add(known('often'));
  for (let n = 0; n < 100; n++) {
    cache.add(known(`n${n}`));
    assert.equal(cache.find('often'), often);
    assert.ok(cache.size <= 10);
  }
  assert.equal(cache.find('n0'), undefined);
  assert.ok(cache.find('n99'));
});
