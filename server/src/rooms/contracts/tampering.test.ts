import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonicalDetails, recordAudit } from '../audit/index.ts';
import { BookKeeper } from './book.ts';
import { selectFacts } from './fact-store.ts';
import { factHash } from './model.ts';
import { contractsGround } from './testing.ts';
import { sealBook } from './verify-book.ts';

/** An auditor's check finds whatever was changed outside the program, by somebody who may switch the triggers off. */
const ground = await contractsGround();
const { provider, query } = ground;

const where = 'where contractor_id = $1';

async function history() {
  const contractorId = (await ground.newContractor()) as Parameters<typeof ground.db.asContractor>[0];
  await ground.contract(contractorId, { billingStartOn: '2025-04-15' });
  const clean = await provider.ok('verifyContracts', { params: { contractorId } });
  assert.deepEqual([clean.ok, clean.facts, clean.head?.seq], [true, await ground.facts(contractorId), clean.facts]);
  return contractorId;
}

/** Statements as the owner, past triggers and foreign keys. */
async function tamper(contractorId: string, ...statements: readonly string[]): Promise<void> {
  for (const statement of statements) {
    await query('alter table contract_facts disable trigger all');
    await query('alter table contract_documents disable trigger all');
    try {
      await query(statement, [contractorId]);
    } finally {
      await query('alter table contract_facts enable trigger all');
      await query('alter table contract_documents enable trigger all');
    }
  }
}

async function found(contractorId: string): Promise<readonly string[]> {
  const verified = await provider.ok('verifyContracts', { params: { contractorId } });
  assert.equal(verified.ok, false);
  return verified.problems.map(({ kind, seq }) => `${kind} ${seq ?? ''}`.trim());
}

const swap = `update contract_facts set chain_seq = case chain_seq when 2 then -3 else -2 end ${where} and chain_seq in (2, 3)`;
for (const { name, by, problem } of [
  {
    name: 'a changed price',
    by: [`update contract_facts set body = jsonb_set(body, '{lines,0,amount}', '1') ${where} and type = 'quoted'`],
    problem: 'fact_changed 2',
  },
  {
    name: 'a day moved by one',
    by: [`update contract_facts set on_day = on_day + 1 ${where} and type = 'accepted'`],
    problem: 'fact_changed 3',
  },
  {
    name: 'another type',
    by: [`update contract_facts set type = 'refused' ${where} and type = 'accepted'`],
    problem: 'fact_changed 3',
  },
  {
    name: 'another author',
    by: [`update contract_facts set actor_name = 'Somebody' ${where} and chain_seq = 1`],
    problem: 'fact_changed 1',
  },
  {
    name: 'a note',
    by: [`update contract_facts set note = 'x' ${where} and chain_seq = 1`],
    problem: 'fact_changed 1',
  },
  { name: 'a deleted fact', by: [`delete from contract_facts ${where} and chain_seq = 3`], problem: 'fact_missing 3' },
  {
    name: 'a deleted last fact with its head',
    by: [
      `delete from contract_facts ${where} and chain_seq = (select max(chain_seq) from contract_facts ${where})`,
      `update contract_heads h set chain_seq = f.chain_seq, hash = f.hash from contract_facts f
       where h.contractor_id = $1 and f.contractor_id = $1
         and f.chain_seq = (select max(chain_seq) from contract_facts ${where})`,
    ],
    problem: 'fact_missing',
  },
  {
    name: 'two exchanged facts',
    by: [swap, `update contract_facts set chain_seq = -chain_seq ${where} and chain_seq < 0`],
    problem: 'fact_changed 2',
  },
  {
    name: 'another head',
    by: [`update contract_heads set hash = sha256(hash) ${where}`],
    problem: 'head_changed',
  },
  {
    name: 'a phase written into the list',
    by: [`update contracts set phase = 'ended' ${where}`],
    problem: 'state_differs',
  },
  {
    name: 'days of service added',
    by: [`update contract_heads set service_days = '{[2020-01-01,)}' ${where}`],
    problem: 'state_differs',
  },
  {
    name: 'an application put back',
    by: [`update contract_applications set state = 'applied' ${where}`],
    problem: 'state_differs',
  },
  {
    name: 'a forged audit entry',
    by: [`update audit_entries set target_name = 'x' ${where} and action = 'contract.accepted'`],
    problem: 'unaudited',
  },
]) {
  test(`${name} is found`, async () => {
    const contractorId = await history();
    await tamper(contractorId, ...by);
    const problems = await found(contractorId);
    assert.ok(
      problems.some((each) => each.startsWith(problem)),
      `${problem} is not among ${problems.join(', ')}`,
    );
  });
}

test('a chain that was rewritten to its end, head included, is found by the audit trail', async () => {
  const contractorId = await history();
  const links = await ground.db.asContractor(contractorId, (tx) => selectFacts(tx, contractorId));
  const at = links.findIndex(({ fact }) => fact.body.type === 'accepted');
  let previous = links[at]?.previousHash;
  assert.ok(previous);
  await query('alter table contract_facts disable trigger all');
  for (const { fact } of links.slice(at)) {
    const changed = fact.body.type === 'accepted' ? { ...fact, on: fact.on.subtract({ days: 1 }) } : fact;
    const hash = factHash(changed, previous, canonicalDetails);
    await query(
      'update contract_facts set on_day = $3, previous_hash = $4, hash = $5 where contractor_id = $1 and chain_seq = $2',
      [contractorId, fact.chainSeq, changed.on.toString(), previous, hash],
    );
    previous = hash;
  }
  await query('alter table contract_facts enable trigger all');
  await query('update contract_heads set hash = $2 where contractor_id = $1', [contractorId, previous]);
  const problems = await found(contractorId);
  assert.ok(problems.includes(`unaudited ${at + 1}`), problems.join(', '));
});

test('a document whose content was exchanged is found', async () => {
  const contractorId = await history();
  const content = Buffer.from('%PDF-1.7 form').toString('base64');
  const { documentId } = await provider.ok('addContractDocument', {
    params: { contractorId },
    body: { name: '申込書.pdf', mediaType: 'application/pdf', content },
  });
  const bytes = await provider.ok('getContractDocument', { params: { contractorId, documentId } });
  assert.equal(Buffer.from(bytes).toString(), '%PDF-1.7 form');
  await tamper(
    contractorId,
    `update contract_documents set content = '%PDF-forged', sha256 = sha256('%PDF-forged') ${where}`,
  );
  assert.deepEqual(await found(contractorId), ['document_changed']);
});

for (const [name, change, back, what] of [
  [
    'a version of the catalogue',
    `update catalogue_versions set content = content || jsonb_build_object('checklist', '[]'::jsonb, 'kept', content)`,
    "update catalogue_versions set content = content->'kept'",
    'unaudited catalogue 1',
  ],
  [
    'a published revision',
    `update terms_revisions set content = jsonb_set(content, '{rules,noticeDays}', '1') where effective_on = '2025-04-01'`,
    `update terms_revisions set content = jsonb_set(content, '{rules,noticeDays}', '30') where effective_on = '2025-04-01'`,
    'unaudited revision 2025-04-01',
  ],
  [
    'a revision that nobody published',
    `insert into terms_revisions select '2026-01-01', state, content, changed_at, changed_by from terms_revisions where effective_on = '2025-04-01'`,
    `delete from terms_revisions where effective_on = '2026-01-01'`,
    'unaudited revision 2026-01-01',
  ],
  [
    'a revision that is gone',
    `update terms_revisions set effective_on = '2011-05-02' where effective_on = '2011-05-01'`,
    `update terms_revisions set effective_on = '2011-05-01' where effective_on = '2011-05-02'`,
    'fact_missing revision 2011-05-01',
  ],
] as const) {
  test(`${name} changed in the provider’s book is found, sealed or not`, async () => {
    const contractorId = await history();
    const inBook = async (statement: string) => {
      for (const table of ['catalogue_versions', 'terms_revisions'])
        await query(`alter table ${table} disable trigger all`);
      await query(statement);
      for (const table of ['catalogue_versions', 'terms_revisions'])
        await query(`alter table ${table} enable trigger all`);
    };
    for (const sealed of [false, true]) {
      if (sealed)
        await sealBook({
          db: ground.db,
          clock: ground.clock,
          books: new BookKeeper(() => ground.clock.now()),
          recordAudit,
        });
      await inBook(change);
      const { problems } = await provider.ok('verifyContracts', { params: { contractorId } });
      await inBook(back);
      assert.ok(problems.map((each) => `${each.kind} ${each.what}`).includes(what), JSON.stringify(problems));
    }
    assert.equal((await provider.ok('verifyContracts', { params: { contractorId } })).ok, true);
  });
}

test('the server itself, and even the owner, cannot change what is recorded while the triggers stand', async () => {
  const contractorId = await history();
  for (const statement of [
    `update contract_facts set note = 'x' ${where}`,
    `delete from contract_facts ${where}`,
    "update catalogue_versions set changed_by = 'x' where $1::text is not null",
    "update terms_revisions set changed_by = 'x' where state = 'published' and $1::text is not null",
  ]) {
    await assert.rejects(query(statement, [contractorId]), { code: '23001' });
  }
  const rights = await query<{ privilege_type: string }>(
    `select distinct privilege_type from information_schema.role_table_grants
     where table_name in ('contract_facts', 'contract_documents', 'catalogue_versions') and grantee in ('tsukasa_app', 'tsukasa_jobs', 'tsukasa_device')
     order by 1`,
  );
  assert.deepEqual(
    rights.map((row) => row.privilege_type),
    ['INSERT', 'SELECT'],
  );
});

test('a change of the book is no difference, before what lists show has followed it, nor after another write', async () => {
  const contractorId = await history();
  const { contractId } = await ground.contract(contractorId, { kind: 'app-only' });
  const stored = async () => {
    const rows = await query<{ days: string; book: number }>(
      'select service_days::text as days, book_version::int as book from contract_heads where contractor_id = $1',
      [contractorId],
    );
    return rows[0];
  };
  const before = await stored();
  // No kind lets devices enroll any more: there is no day of service.
  const { version, content } = await provider.ok('getCatalogue');
  const kinds = content.kinds.map((kind) => ({
    ...kind,
    functions: kind.functions.filter((each) => each !== 'enroll'),
  }));
  await provider.ok('changeCatalogue', { body: { version, content: { ...content, kinds } } });
  assert.deepEqual(await stored(), before, 'the background has not derived it yet');
  const verified = await provider.ok('verifyContracts', { params: { contractorId } });
  assert.deepEqual([verified.ok, verified.problems], [true, []]);
  const after = await stored();
  assert.deepEqual([before?.days === '{}', after?.days], [false, '{}'], 'the change means something');

  await provider.ok('changeCatalogue', { body: { version: version + 1, content } });
  const params = { contractorId, contractId };
  await provider.ok('giveNotice', { params, body: { subject: 'service' } });
  assert.deepEqual((await stored())?.days, before?.days);
  assert.equal((await provider.ok('verifyContracts', { params: { contractorId } })).ok, true);

  await query("update contracts set phase = 'lapsed' where contractor_id = $1", [contractorId]);
  assert.deepEqual(await found(contractorId), ['state_differs', 'state_differs']);
});
