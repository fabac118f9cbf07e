import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ContractorId } from '../../base/ids.ts';
import { newId, PROVIDER_ID } from '../../base/ids.ts';
import { refusal, requestBy } from '../directory/testing.ts';
import { contractorOfCode, countUse, findInvitation, type InvitationId } from './index.ts';
import { newCode } from './invitations.ts';
import { devicesGround } from './testing.ts';

const ground = await devicesGround();
const { db, clock, handlers } = ground;
test('without a contract no invitation is made, whatever else is ready', async () => {
  const contractorId = await ground.newContractor();
  const body = { platform: 'apple', usageMode: 'company-owned' } as const;
  const ask = () =>
    handlers.createInvitation(
      { params: { contractorId }, query: undefined, body },
      requestBy('contractor_administrator', contractorId),
    );
  ground.entitlement.missing.add('enroll');
  ground.ready.value = false;
  await assert.rejects(ask, refusal('precondition_failed', 'entitlement.enroll'));
  ground.entitlement.missing.delete('enroll');
  ground.ready.value = true;
  assert.equal((await ask()).state, 'open');
});

const none = { query: undefined, body: undefined } as const;

type Ask = { maxUses?: number; expiresIn?: string; personId?: string; label?: string };
async function office() {
  const contractorId = await ground.newContractor();
  const context = requestBy('contractor_administrator', contractorId);
  const params = { contractorId };
  const invite = (ask: Ask = {}) =>
    handlers.createInvitation(
      { params, query: undefined, body: { platform: 'apple', usageMode: 'company-owned', ...ask } },
      context,
    );
  const find = (url: string | null, now = clock.now()) =>
    db.asContractor(contractorId, (tx) => findInvitation(tx, contractorId, codeOf(url), now));
  const use = (id: string) =>
    db.asContractor(contractorId, (tx) => countUse(tx, contractorId, id as InvitationId, clock.now()));
  return { contractorId, context, params, invite, find, use };
}
const codeOf = (url: string | null) => url?.split('/').at(-1) ?? '';

test('a code names its contractor and nothing else is a code', () => {
  fc.assert(
    fc.property(fc.uuid(), (contractorId) => {
      const code = newCode(contractorId as ContractorId);
      assert.match(code, /^[\w-]{43}$/);
      assert.equal(contractorOfCode(code), contractorId);
    }),
  );
  fc.assert(fc.property(fc.string({ maxLength: 60 }), (text) => assert.doesNotThrow(() => contractorOfCode(text))));
  const code = newCode(PROVIDER_ID);
  const twin = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    .split('')
    .map((last) => code.slice(0, -1) + last)
    .filter((other) => Buffer.from(other, 'base64url').equals(Buffer.from(code, 'base64url')));
  assert.deepEqual(twin.map(contractorOfCode).filter(Boolean), [PROVIDER_ID], 'one spelling only');
});

test('a link leads back to its invitation; the database holds no code', async () => {
  const { invite, find, contractorId } = await office();
  const made = await invite({ label: '新入社員', maxUses: 3 });
  assert.match(made.url ?? '', /^https:\/\/mdm\.example\.jp\/enroll\/[\w-]{43}$/);
  const found = await find(made.url);
  assert.equal(found?.invitation.invitationId, made.invitationId);
  assert.equal(found?.problem, undefined);
  const rows = await ground.query<{ all: string }>(
    'select i::text as all from enrollment_invitations i where contractor_id = $1',
    [contractorId],
  );
  const code = codeOf(made.url);
  assert.ok(!rows[0]?.all.includes(code) && !rows[0]?.all.includes(Buffer.from(code).toString('hex')));
  const [entry] = await ground.audited(contractorId);
  assert.equal(entry?.action, 'invitation.created');
  assert.ok(!JSON.stringify(entry).includes(code));
});

test('a code of one contractor finds nothing with another', async () => {
  const [one, two] = [await office(), await office()];
  const made = await one.invite();
  assert.equal(await two.find(made.url), undefined);
  await assert.rejects(
    handlers.getInvitation({ ...none, params: { ...two.params, invitationId: made.invitationId } }, two.context),
    refusal('not_found'),
  );
});

test('many devices at once: as many get in as it has uses', async () => {
  const { invite, use, find } = await office();
  for (const maxUses of [1, 3]) {
    const made = await invite({ maxUses });
    const tries = await Promise.all(Array.from({ length: 5 }, () => use(made.invitationId)));
    assert.equal(tries.filter(Boolean).length, maxUses);
    assert.equal((await find(made.url))?.problem, 'used_up');
  }
});

test('expired and revoked invitations let nobody in', async () => {
  const { invite, use, find, params, context, contractorId } = await office();
  const short = await invite({ expiresIn: 'PT5M' });
  assert.equal((await find(short.url, clock.now().add({ minutes: 5 })))?.problem, 'expired');
  const made = await invite();
  const revoke = () =>
    handlers.revokeInvitation({ ...none, params: { ...params, invitationId: made.invitationId } }, context);
  await revoke();
  await revoke();
  assert.equal((await find(made.url))?.problem, 'revoked');
  assert.equal(await use(made.invitationId), false);
  const entries = (await ground.audited(contractorId)).filter((entry) => entry.action === 'invitation.revoked');
  assert.equal(entries.length, 1);
});

test('without a push certificate nobody is invited', async () => {
  const { invite, contractorId } = await office();
  ground.ready.value = false;
  await assert.rejects(invite(), refusal('precondition_failed', 'push_certificate.missing'));
  ground.ready.value = true;
  assert.deepEqual(await ground.audited(contractorId), []);
});

for (const expiresIn of ['PT4M', 'P367D', 'P1M', 'P1Y', 'tomorrow', '-P1D', '']) {
  test(`"${expiresIn}" is no expiry`, async () => {
    const { invite } = await office();
    await assert.rejects(invite({ expiresIn }), refusal('invalid', 'request.validation'));
  });
}

test('the person must be there', async () => {
  const { invite } = await office();
  await assert.rejects(invite({ personId: newId() }), refusal('invalid', 'person.not_assignable'));
});

test('who may not invite sees no links', async () => {
  const { invite, params, contractorId } = await office();
  await invite();
  const auditor = requestBy('auditor', contractorId);
  const list = await handlers.listInvitations({ params, query: {}, body: undefined }, auditor);
  assert.deepEqual(
    list.items.map((item) => [item.url, item.state]),
    [[null, 'open']],
  );
});

test('invitations are paged newest first', async () => {
  const { invite, params, context } = await office();
  for (const label of ['1', '2', '3']) {
    clock.advance('PT1M');
    await invite({ label });
  }
  const first = await handlers.listInvitations({ params, query: { limit: 2 }, body: undefined }, context);
  assert.deepEqual(
    first.items.map((item) => item.label),
    ['3', '2'],
  );
  const query = { limit: 2, cursor: first.nextCursor ?? '' };
  const second = await handlers.listInvitations({ params, query, body: undefined }, context);
  assert.deepEqual([second.items.map((item) => item.label), second.nextCursor], [['1'], null]);
});
