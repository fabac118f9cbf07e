import { randomBytes } from 'node:crypto';
import { type FactBody, factBodyToJson } from '@tsukasa/terms';
import { sql } from 'kysely';
import { fixedClock } from '../../base/clock.ts';
import type { Tx } from '../../base/db.ts';
import { type ContractorId, newId } from '../../base/ids.ts';
import { silentLog } from '../../base/log.ts';
import { testDatabase } from '../../base/testing.ts';
import { recordAudit } from '../audit/index.ts';
import { type Customer, createContracts } from '../contracts/index.ts';
import { approveClosing } from './approve.ts';
import { type Author, draftClosing } from './closing.ts';
import type { ClosingRecord } from './closing-store.ts';
import type { BillingDeps } from './deps.ts';
import { DEFAULT_SETTINGS } from './settings.ts';
import { insertSettings } from './settings-store.ts';

export const day = (text: string) => Temporal.PlainDate.from(text);
export const month = (text: string) => Temporal.PlainYearMonth.from(text);

export const BILLER: Author = {
  actor: { kind: 'user', id: 'biller', name: '請求 担当' },
  requestId: 'r1',
  sourceIp: '127.0.0.1',
};
export const APPROVER: Author = { ...BILLER, actor: { kind: 'user', id: 'approver', name: '承認 担当' } };

export type Entry = readonly [on: string, body: FactBody];

/** The room's use cases on a database of its own, where contracts are what their recorded facts say. */
export async function testBilling(now = '2026-11-02T00:00:00Z') {
  const database = await testDatabase();
  const { db, query } = database;
  const clock = fixedClock(now);
  const findCustomer = async (tx: Tx, contractorId: ContractorId) =>
    (await customers(tx)).find((each) => each.contractorId === contractorId);
  const { books } = createContracts({
    db,
    clock,
    recordAudit,
    findCustomer,
    surroundings: {
      probe: () => Promise.resolve({ done: false }),
      tell: () => Promise.resolve(),
      serviceEnded: () => Promise.resolve(),
      catalogueChanged: () => Promise.resolve(),
    },
    keepAfterContract: Temporal.Duration.from('P90D'),
    checkInvoices: () => Promise.resolve({ invoices: 0, problems: [] }),
  });
  const deps: BillingDeps = {
    db,
    clock,
    log: silentLog,
    recordAudit,
    books,
    findCustomer,
    listCustomers: async (tx, { after, limit }) =>
      (await customers(tx)).filter(({ contractorId }) => after === undefined || contractorId > after).slice(0, limit),
  };
  const contractor = async (name = '株式会社テスト') => {
    const contractorId = newId<'Contractor'>();
    await query('insert into contractors (contractor_id, name, created_at, updated_at) values ($1, $2, now(), now())', [
      contractorId,
      name,
    ]);
    return contractorId;
  };
  const settings = (over: Partial<typeof DEFAULT_SETTINGS> = {}, version = 1) => {
    const issuer = { ...DEFAULT_SETTINGS.issuer, name: '株式会社つかさ', registrationNumber: 'T8010001095209' };
    return db.asProvider((tx) =>
      insertSettings(tx, { version, settings: { ...DEFAULT_SETTINGS, issuer, ...over } }, BILLER.actor, clock.now()),
    );
  };
  return { ...database, clock, deps, contractor, settings, ...histories(query), ...closing(deps) };
}

async function customers(tx: Tx): Promise<Customer[]> {
  const { rows } = await sql<{ contractor_id: ContractorId; name: string }>`select contractor_id, name from contractors
    order by contractor_id`.execute(tx);
  return rows.map((row) => ({ contractorId: row.contractor_id, name: row.name, nameKana: '' }));
}

type Query = Awaited<ReturnType<typeof testDatabase>>['query'];

/** Histories written as rows, in the very JSON that the room of contracts keeps; chains are not what is tested here. */
function histories(query: Query) {
  const next = new Map<string, number>();
  const record = async (contractorId: ContractorId, contractId: string, ...entries: readonly Entry[]) => {
    for (const [on, body] of entries) {
      const seq = (next.get(contractId) ?? 0) + 1;
      const chainSeq = (next.get(contractorId) ?? 0) + 1;
      next.set(contractId, seq).set(contractorId, chainSeq);
      await query(
        `insert into contract_facts (contractor_id, chain_seq, contract_id, seq, type, on_day, body, note, actor_kind,
          actor_id, actor_name, recorded_at, previous_hash, hash)
        values ($1, $2, $3, $4, $5, $6, $7, '', 'user', 'u', 'u', now(), $8, $8)`,
        [contractorId, chainSeq, contractId, seq, body.type, on, JSON.stringify(factBodyToJson(body)), randomBytes(32)],
      );
    }
  };
  /** A correction, whose body is no fact's own. */
  const correct = async (
    contractorId: ContractorId,
    contractId: string,
    on: string,
    corrects: number,
    by?: Entry,
  ): Promise<void> => {
    const seq = (next.get(contractId) ?? 0) + 1;
    const chainSeq = (next.get(contractorId) ?? 0) + 1;
    next.set(contractId, seq).set(contractorId, chainSeq);
    const body = { corrects, reason: 'mistake', ...(by && { by: { on: by[0], ...factBodyToJson(by[1]) } }) };
    await query(
      `insert into contract_facts (contractor_id, chain_seq, contract_id, seq, type, on_day, body, note, actor_kind, actor_id,
        actor_name, recorded_at, previous_hash, hash)
      values ($1, $2, $3, $4, 'corrected', $5, $6, '', 'user', 'u', 'u', now(), $7, $7)`,
      [contractorId, chainSeq, contractId, seq, on, JSON.stringify(body), randomBytes(32)],
    );
  };
  const contract = async (contractorId: ContractorId, ...entries: readonly Entry[]) => {
    const contractId = newId<'Contract'>();
    await query(
      `insert into contracts (contractor_id, contract_id, contract_number, created_at, item, phase, options, as_of_seq,
        as_of_day) values ($1, $2, $3, now(), 'MaaS360', 'in_force', '[]', 0, '2011-01-01')`,
      [contractorId, contractId, `TK-${contractId.slice(-12)}`],
    );
    await record(contractorId, contractId, ...entries);
    return contractId;
  };
  return { record, correct, contract };
}

function closing(deps: BillingDeps) {
  const draft = (text: string) => draftClosing(deps, month(text), BILLER);
  const approve = ({ fingerprint = '' }: ClosingRecord, text: string) =>
    approveClosing(deps, month(text), { fingerprint, issuedOn: undefined }, APPROVER);
  return { draft, approve, close: async (text: string) => approve(await draft(text), text) };
}

const SERVICE_PRICE = 30_000;

/** Device-and-app with the desk's option for some devices, accepted and billed as the worked examples F1 to F5 say. */
export function proxyContract(over: { accepted?: string; billed?: string; devices?: number } = {}): Entry[] {
  const { accepted = '2025-04-10', billed = '2025-04-15', devices = 40 } = over;
  const subjects = ['service', 'operation-proxy'];
  return [
    [
      accepted,
      {
        type: 'applied',
        application: 'a1',
        item: 'MaaS360',
        kind: 'device-and-app',
        requests: [{ subject: 'service' }, { subject: 'operation-proxy', deviceCount: devices }],
      },
    ],
    [
      accepted,
      {
        type: 'quoted',
        application: 'a1',
        lines: [
          { subject: 'service', fee: 'initial', amount: 50_000, per: 'contract' },
          { subject: 'service', fee: 'monthly', amount: SERVICE_PRICE, per: 'contract' },
        ],
      },
    ],
    [accepted, { type: 'accepted', application: 'a1', startOn: day(accepted) }],
    [accepted, { type: 'activated', subjects }],
    [billed, { type: 'billing_started', subjects }],
  ];
}

export function count(on: string, devices: number, asked: number): Entry[] {
  return [
    [on, { type: 'count_asked', subject: 'operation-proxy', deviceCount: devices }],
    [on, { type: 'count_accepted', asked }],
  ];
}
