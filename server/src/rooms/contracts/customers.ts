import { type CustomerProfile, isCorporateNumber } from '@tsukasa/api';
import type { Selectable } from 'kysely';
import { json, type Tx, tables } from '../../base/db.ts';
import { DomainError } from '../../base/errors.ts';
import type { RequestContext } from '../../base/http/context.ts';
import type { ContractorId } from '../../base/ids.ts';
import { searchKey } from '../../base/search-key.ts';
import type { Customer } from './deps.ts';
import type { LedgerDeps } from './ledger.ts';
import { requireCustomer } from './reading.ts';
import type { ContractTables } from './tables.ts';

export type ProfileRequest = Omit<CustomerProfile, 'contractorId' | 'updatedAt'>;

const PROFILE = [
  'contractor_id',
  'legal_name',
  'kana',
  'corporate_number',
  'address',
  'contacts',
  'billing',
  'note',
  'updated_at',
] as const;
const NOWHERE = { postalCode: '', prefecture: '', city: '', street: '', building: '' };

/** A contractor as a customer; what nobody has written down yet is empty. Throws `not_found`. */
export function getProfile(deps: LedgerDeps, contractorId: ContractorId): Promise<CustomerProfile> {
  return deps.db.asContractor(contractorId, async (tx) => profileIn(tx, await requireCustomer(deps, tx, contractorId)));
}

/** The same inside a transaction, for rooms below that print names and addresses. */
export async function profileIn(tx: Tx, customer: Customer): Promise<CustomerProfile> {
  return (await profilesOf(tx, [customer])).get(customer.contractorId) ?? unwritten(customer);
}

/** The same of many at once, in a transaction that sees them all. */
export async function profilesOf(
  tx: Tx,
  customers: readonly Customer[],
): Promise<ReadonlyMap<ContractorId, CustomerProfile>> {
  if (customers.length === 0) return new Map();
  const ids = customers.map(({ contractorId }) => contractorId);
  const rows = await tables<ContractTables>(tx)
    .selectFrom('customer_profiles')
    .select([...PROFILE])
    .where('contractor_id', 'in', ids)
    .execute();
  const written = new Map(rows.map((row) => [row.contractor_id, row]));
  return new Map(customers.map((each) => [each.contractorId, profileOf(each, written.get(each.contractorId))]));
}

type ProfileRow = Pick<Selectable<ContractTables['customer_profiles']>, (typeof PROFILE)[number]>;

function profileOf(customer: Customer, row: ProfileRow | undefined): CustomerProfile {
  if (row === undefined) return unwritten(customer);
  return {
    contractorId: customer.contractorId,
    legalName: row.legal_name,
    legalNameKana: row.kana,
    corporateNumber: row.corporate_number,
    // Checked against the schema of the request before they were stored.
    address: row.address as CustomerProfile['address'],
    contacts: row.contacts as CustomerProfile['contacts'],
    billing: row.billing as CustomerProfile['billing'],
    note: row.note,
    updatedAt: row.updated_at.toString(),
  };
}

function unwritten({ contractorId, name, nameKana }: Customer): CustomerProfile {
  return {
    contractorId,
    legalName: name,
    legalNameKana: nameKana,
    corporateNumber: '',
    address: NOWHERE,
    contacts: [],
    billing: { addressee: '', department: '', email: '', address: null, peppolId: '' },
    note: '',
    updatedAt: null,
  };
}

/** Throws `not_found`, `invalid` for a corporate number whose check digit is wrong. */
export function putProfile(
  deps: LedgerDeps,
  contractorId: ContractorId,
  request: ProfileRequest,
  context: RequestContext,
): Promise<CustomerProfile> {
  if (request.corporateNumber !== '' && !isCorporateNumber(request.corporateNumber)) throw wrongNumber();
  const now = deps.clock.now();
  return deps.db.asContractor(contractorId, async (tx) => {
    const customer = await requireCustomer(deps, tx, contractorId);
    const before = await profileIn(tx, customer);
    await upsert(tx, contractorId, request, now);
    const { actor, requestId, sourceIp } = context;
    const fields = (Object.keys(request) as (keyof ProfileRequest)[]).filter(
      (field) => JSON.stringify(request[field]) !== JSON.stringify(before[field]),
    );
    await deps.recordAudit(tx, contractorId, {
      at: now,
      actor,
      action: 'customer.changed',
      target: { kind: 'contractor', id: contractorId, name: customer.name },
      details: { fields },
      requestId,
      sourceIp,
    });
    return profileIn(tx, customer);
  });
}

function wrongNumber(): DomainError {
  return new DomainError('invalid', 'the check digit of the corporate number is wrong', {
    reason: 'customer.corporate_number',
    errors: [{ pointer: '/corporateNumber', detail: 'has a wrong check digit' }],
  });
}

async function upsert(
  tx: Tx,
  contractorId: ContractorId,
  request: ProfileRequest,
  now: Temporal.Instant,
): Promise<void> {
  const { legalName, legalNameKana, corporateNumber, address, contacts, billing, note } = request;
  const people = contacts.flatMap(({ name, kana, email, phone }) => [name, kana, email, phone]);
  const row = {
    legal_name: legalName,
    kana: legalNameKana,
    corporate_number: corporateNumber,
    address: json(address),
    contacts: json(contacts),
    billing: json(billing),
    note,
    search_key: searchKey(legalName, legalNameKana, corporateNumber, billing.addressee, ...people),
    updated_at: now,
  };
  await tables<ContractTables>(tx)
    .insertInto('customer_profiles')
    .values({ contractor_id: contractorId, ...row })
    .onConflict((conflict) => conflict.column('contractor_id').doUpdateSet(row))
    .execute();
}
