import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Problem } from '@tsukasa/api';
import { contractsGround } from './testing.ts';

/** Bad input: each is refused with the clause or the rule that it breaks, and the history stays as it was. */
const ground = await contractsGround();
const { provider, clock } = ground;
const on = (day: string) => clock.set(`${day}T01:00:00Z`);

async function unchanged(contractorId: string, attempt: () => Promise<Problem>): Promise<Problem> {
  const before = await ground.facts(contractorId);
  const problem = await attempt();
  assert.equal(await ground.facts(contractorId), before);
  const verified = await provider.ok('verifyContracts', { params: { contractorId } });
  assert.deepEqual(verified.problems, []);
  return problem;
}

async function office(options: readonly { subject: string; deviceCount?: number }[] = []) {
  on('2025-04-10');
  const contractorId = await ground.newContractor();
  const { contractId } = await ground.contract(contractorId, { options });
  return { contractorId, contractId };
}

for (const { what, call, clause, reason, status } of [
  {
    what: 'a notice for a day that does not exist',
    call: { subject: 'service', arrivedOn: '2025-02-30' },
    reason: 'request.validation',
    status: 422,
  },
  {
    what: 'a designated day in another form',
    call: { subject: 'service', arrivedOn: '2025-04-10', designatedOn: '30/06/2025' },
    reason: 'request.validation',
    status: 422,
  },
  {
    what: 'a designated day beyond the years that the terms reckon with',
    call: { subject: 'service', arrivedOn: '2025-04-10', designatedOn: '2200-01-01' },
    reason: 'request.validation',
    status: 422,
  },
  {
    what: 'a designated day in the year 0',
    call: { subject: 'service', arrivedOn: '2025-04-10', designatedOn: '0000-01-01' },
    reason: 'request.validation',
    status: 422,
  },
  {
    what: 'an arrival in the future',
    call: { subject: 'service', arrivedOn: '2025-04-11' },
    clause: 'art-10-1',
    status: 409,
  },
  {
    what: 'an arrival before the acceptance',
    call: { subject: 'service', arrivedOn: '2025-04-09' },
    clause: 'art-10-1',
    status: 409,
  },
  {
    what: 'a notice for an option that nobody has',
    call: { subject: 'secure-app-connect', arrivedOn: '2025-04-10' },
    status: 409,
  },
]) {
  test(`${what} is refused`, async () => {
    const { contractorId, contractId } = await office();
    const problem = await unchanged(contractorId, () =>
      provider.refused('recordNotice', { params: { contractorId, contractId }, body: call }),
    );
    assert.equal(problem.status, status, JSON.stringify(problem));
    if (clause !== undefined) assert.equal(problem.clause, clause);
    if (reason !== undefined) assert.equal(problem.reason, reason);
  });
}

for (const deviceCount of [0, -1, 1_000_001, 1.5]) {
  test(`${deviceCount} devices are refused`, async () => {
    const { contractorId, contractId } = await office([{ subject: 'operation-proxy', deviceCount: 40 }]);
    const params = { contractorId, contractId };
    const body = { subject: 'operation-proxy', deviceCount };
    const problem = await unchanged(contractorId, () => provider.refused('requestCountChange', { params, body }));
    assert.equal(problem.errors?.[0]?.pointer, '/deviceCount');
    const content = { type: 'service' as const, kind: 'app-only', options: [body] };
    await unchanged(contractorId, () =>
      provider.refused('createApplication', { params: { contractorId }, body: content }),
    );
  });
}

test('a kind that does not exist is refused as such', async () => {
  const contractorId = await ground.newContractor();
  const body = { type: 'service' as const, kind: '__proto__', options: [] };
  const problem = await unchanged(contractorId, () =>
    provider.refused('createApplication', { params: { contractorId }, body }),
  );
  assert.deepEqual([problem.reason, problem.clause], ['terms.kind.not_offered', 'art-2']);
});

test('a month that has begun cannot get another count', async () => {
  const { contractorId, contractId } = await office([{ subject: 'operation-proxy', deviceCount: 40 }]);
  const body = { subject: 'operation-proxy', deviceCount: 50, from: '2025-04' };
  const params = { contractorId, contractId };
  const problem = await unchanged(contractorId, () => provider.refused('requestCountChange', { params, body }));
  assert.equal(problem.clause, 'art-8-5');
});

test('billing cannot start before the acceptance', async () => {
  const { contractorId, contractId } = await office();
  const problem = await unchanged(contractorId, () =>
    provider.refused('startBilling', {
      params: { contractorId, contractId },
      body: { subjects: ['service'], on: '2025-04-09' },
    }),
  );
  assert.equal(problem.clause, 'art-11');
});

test('what has been answered cannot be answered again, withdrawn or quoted', async () => {
  on('2025-04-10');
  const contractorId = await ground.newContractor();
  const { applicationId } = await ground.contract(contractorId);
  const params = { contractorId, applicationId };
  const lines = [{ subject: 'service', fee: 'monthly' as const, amount: 1, per: 'contract' as const }];
  await unchanged(contractorId, () => provider.refused('acceptApplication', { params, body: {} }));
  await unchanged(contractorId, () => provider.refused('refuseApplication', { params, body: { reason: 'x' } }));
  await unchanged(contractorId, () => provider.refused('withdrawApplication', { params, body: {} }));
  await unchanged(contractorId, () => provider.refused('quoteApplication', { params, body: { lines } }));
});

test('two people who accept one application at once: one does, the other is told', async () => {
  on('2025-04-10');
  for (let round = 0; round < 5; round += 1) {
    const contractorId = await ground.newContractor(`競合${round}`);
    const content = { type: 'service' as const, kind: 'device-and-app', options: [] };
    const applied = await provider.ok('createApplication', { params: { contractorId }, body: content });
    const params = { contractorId, applicationId: applied.applicationId };
    const answers = await Promise.all(
      [provider, ground.second].map((caller) => caller.send('acceptApplication', { params, body: {} })),
    );
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 409]);
    const facts = await ground.query<{ type: string }>(
      "select type from contract_facts where contractor_id = $1 and type = 'accepted'",
      [contractorId],
    );
    assert.equal(facts.length, 1);
  }
});

test('a text that is not the one to agree to is refused', async () => {
  on('2026-04-10');
  const contractorId = await ground.newContractor();
  await ground.contract(contractorId, { agree: false });
  const [licence] = (await provider.ok('listLicences', { params: { contractorId } })).items;
  assert.ok(licence);
  const params = { contractorId, document: licence.document };
  const wrong = { version: licence.version, sha256: '0'.repeat(64) };
  const problem = await unchanged(contractorId, () => provider.refused('agreeToLicence', { params, body: wrong }));
  assert.deepEqual([problem.reason, problem.clause], ['licence.other_text', 'art-9-2']);
});

test('another contractor’s document, application and contract are not found', async () => {
  const mine = await office();
  const theirs = await office();
  const content = Buffer.from('%PDF-1.7 form').toString('base64');
  const { documentId } = await provider.ok('addContractDocument', {
    params: { contractorId: theirs.contractorId },
    body: { name: '申込書.pdf', mediaType: 'application/pdf', content },
  });
  const body = { subject: 'service', arrivedOn: '2025-04-10', documentId };
  const problem = await unchanged(mine.contractorId, () => provider.refused('recordNotice', { params: mine, body }));
  assert.equal(problem.reason, 'document.not_found');
  const params = { contractorId: mine.contractorId, contractId: theirs.contractId };
  assert.equal((await provider.refused('getContract', { params })).status, 404);
});

test('a refusal speaks the language of the reader and names its clause as people cite it', async () => {
  const { contractorId, contractId } = await office();
  const call = { params: { contractorId, contractId }, body: { subject: 'service', arrivedOn: '2025-04-11' } };
  const ja = await provider.refused('recordNotice', { ...call, language: 'ja' });
  const en = await provider.refused('recordNotice', { ...call, language: 'en' });
  assert.match(ja.detail ?? '', /第10条第1項/);
  assert.match(en.detail ?? '', /Art\. 10-1/);
});
