import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sql } from 'kysely';
import { SERVER_ROLES } from './db.ts';
import { type ContractorId, newId } from './ids.ts';
import { testDatabase } from './testing.ts';

/**
 * Reads the catalogue after all migrations: a tenant table that breaks the rules of tenancy fails here, whichever room it
 * belongs to.
 */
const { db, query } = await testDatabase();

/** Tables without a contractor, each for a reason. */
const WITHOUT_CONTRACTOR = new Map([
  ['schema_migrations', 'the schema itself'],
  ['schema_master_key', 'the schema itself'],
  ['settings', 'of the installation'],
  ['idempotency_keys', 'by principal, answers sealed'],
  ['breaker_minutes', 'numbers of the installation, of nobody in particular'],
  ['provider_staff', 'the provider'],
  ['provider_api_tokens', 'the provider'],
  ['terms_book', 'the provider’s catalogue and terms'],
  ['catalogue_versions', 'the provider’s catalogue'],
  ['terms_revisions', 'the provider’s terms'],
  ['billing_settings', 'the provider’s issuer, rates and rounding'],
  ['billing_closings', 'the provider’s months'],
  ['google_installation_project', 'the provider’s Google project, its key sealed'],
  ['google_usage', 'the budget of each Google project'],
  ['google_refusals', 'counts of refused push messages by Google project'],
  ['billing_numbers', 'the provider’s numbers of documents'],
]);

/** Tables where the contractor is named but the row belongs to nobody yet, each for a reason. */
const BEFORE_TENANCY = new Map([['account_links', 'used before sign-in, found by the hash of the code only']]);

/** Policies of the application beside the one that binds to the contractor, each for a reason. */
const OTHER_POLICIES = new Map([
  ['contractor_members.person', 'at sign-in a person reads their own memberships'],
  ['contractors.person', 'and the names of those contractors'],
  ['customer_profiles.provider', 'the provider’s staff find contracts by their customer'],
  ['contracts.provider', 'the book of contracts'],
  ['contract_facts.provider', 'and what each is derived from'],
  ['contract_applications.provider', 'the inbox of applications'],
  ['contract_heads.provider', 'and whether what is kept of them still holds'],
  ['closing_rows.provider', 'what a closing issues for whom'],
  ['invoice_balances.provider', 'invoices of all, and what is overdue'],
  ['adjustments.provider', 'what waits for a second person'],
  ['adjustment_decisions.provider', 'and what that person decided'],
  ['billed_charges.provider', 'and whether it was billed'],
]);

type Table = { name: string; rls: boolean; forced: boolean; owner: string; tenant: boolean };
const tables = await query<Table>(`
  select c.relname as name, c.relrowsecurity as rls, c.relforcerowsecurity as forced, pg_get_userbyid(c.relowner) as owner,
    exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'contractor_id' and not a.attisdropped) as tenant
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where n.nspname = 'public' and c.relkind in ('r', 'p') order by 1`);
const tenant = tables.filter((table) => table.tenant && !BEFORE_TENANCY.has(table.name));

test('there are tenant tables to check', () => assert.ok(tenant.length > 5));

test('a table without a contractor is on the list, and the list has no other', () => {
  const found = tables.filter((table) => !table.tenant).map((table) => table.name);
  assert.deepEqual(found.sort(), [...WITHOUT_CONTRACTOR.keys()].filter((name) => found.includes(name)).sort());
  const all = tables.map((table) => table.name);
  for (const name of [...WITHOUT_CONTRACTOR.keys(), ...BEFORE_TENANCY.keys()])
    assert.ok(all.includes(name), `${name} is gone: shorten the list`);
});

test('the contractor is first in the primary key of every tenant table', async () => {
  const keys = await query<{ name: string; first: string }>(`
    select c.relname as name, a.attname as first from pg_constraint k join pg_class c on c.oid = k.conrelid
    join pg_attribute a on a.attrelid = k.conrelid and a.attnum = k.conkey[1] where k.contype = 'p'`);
  const first = new Map(keys.map((key) => [key.name, key.first]));
  for (const { name } of tenant) assert.equal(first.get(name), 'contractor_id', name);
});

test('every unique constraint and index of a tenant table starts with the contractor', async () => {
  const rows = await query<{ name: string; index: string; first: string | null }>(`
    select c.relname as name, i.relname as index, a.attname as first from pg_index x join pg_class c on c.oid = x.indrelid
    join pg_class i on i.oid = x.indexrelid join pg_namespace n on n.oid = c.relnamespace
    left join pg_attribute a on a.attrelid = x.indrelid and a.attnum = x.indkey[0] where x.indisunique and n.nspname = 'public'`);
  const names = new Set(tenant.map((table) => table.name));
  for (const row of rows)
    if (names.has(row.name)) assert.equal(row.first, 'contractor_id', `${row.name}: ${row.index}`);
});

test('every foreign key between tenant tables binds the contractor to the contractor, first', async () => {
  const rows = await query<{ key: string; child: string; parent: string; from: string; to: string }>(`
    select k.conname as key, c.relname as child, p.relname as parent, a.attname as from, b.attname as to
    from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_class p on p.oid = k.confrelid
    join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'public'
    join pg_attribute a on a.attrelid = k.conrelid and a.attnum = k.conkey[1]
    join pg_attribute b on b.attrelid = k.confrelid and b.attnum = k.confkey[1] where k.contype = 'f'`);
  const names = new Set(tenant.map((table) => table.name));
  for (const { key, child, parent, from, to } of rows) {
    if (names.has(child) && names.has(parent)) assert.deepEqual([from, to], ['contractor_id', 'contractor_id'], key);
  }
});

test('row-level security binds everybody on every tenant table, with a policy for the application', async () => {
  const policies = await query<{ name: string; policy: string; roles: string[]; command: string; qual: string }>(
    "select tablename as name, policyname as policy, roles::text[] as roles, cmd as command, coalesce(qual, '') as qual from pg_policies where schemaname = 'public'",
  );
  for (const { name, rls, forced } of tenant) {
    assert.ok(rls && forced, `${name} has no forced row-level security`);
    const own = policies.filter((policy) => policy.name === name);
    const app = own.filter((policy) => policy.roles.includes('tsukasa_app'));
    assert.ok(app.length > 0, `${name} has no policy for the application`);
    for (const { policy, command, qual } of app) {
      if (!OTHER_POLICIES.has(`${name}.${policy}`)) assert.match(qual, /current_contractor\(\)/, name);
      else assert.equal(command, 'SELECT', `${name}.${policy}`);
    }
    for (const policy of own) assert.ok(!policy.roles.includes('public'), `${name} has a policy for everybody`);
  }
});

test('the roles of the server can neither bypass nor own anything, nor become more', async () => {
  const roles = SERVER_ROLES.flatMap((role) => [`tsukasa_${role}`, db.connection.logins[role].user]);
  const rows = await query<{ name: string; safe: boolean; owns: boolean; memberships: string[] }>(
    `select r.rolname as name,
      not (r.rolsuper or r.rolbypassrls or r.rolcreaterole or r.rolcreatedb or r.rolreplication) as safe,
      exists (select from pg_class c where c.relowner = r.oid) or exists (select from pg_proc f where f.proowner = r.oid) as owns,
      array(select g.rolname::text from pg_auth_members m join pg_roles g on g.oid = m.roleid where m.member = r.oid) as memberships
    from pg_roles r where r.rolname = any($1)`,
    [roles],
  );
  assert.equal(rows.length, roles.length);
  for (const { name, safe, owns, memberships } of rows) {
    assert.ok(safe, `${name} has too many rights`);
    assert.ok(!owns, `${name} owns something`);
    assert.ok(memberships.every((group) => /^tsukasa_(app|device|jobs)$/.test(group)) && memberships.length <= 1, name);
  }
});

test('no role of the server may create anything in the schema', async () => {
  const rows = await query<{ name: string }>(
    "select rolname as name from pg_roles where rolname = any($1) and has_schema_privilege(oid, 'public', 'create')",
    [SERVER_ROLES.map((role) => db.connection.logins[role].user)],
  );
  assert.deepEqual(rows, []);
});

test('a function that runs with its owner’s rights fixes its search path and is not for everybody', async () => {
  const rows = await query<{ name: string; path: boolean; open: boolean }>(`
    select p.proname as name, coalesce(p.proconfig::text like '%search_path%', false) as path,
      has_function_privilege('public', p.oid, 'execute') as open
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace and n.nspname = 'public' where p.prosecdef`);
  for (const { name, path, open } of rows) assert.ok(path && !open, name);
});

const [mine, theirs] = [newId<'Contractor'>(), newId<'Contractor'>()];

async function fill(id: ContractorId): Promise<void> {
  await query('insert into contractors (contractor_id, name, created_at, updated_at) values ($1, $2, now(), now())', [
    id,
    id,
  ]);
  await query("insert into contractor_keys values ($1, 1, '\\x00', now())", [id]);
}

test('live: bound to one contractor, another’s rows cannot be read, added, changed or taken over', async () => {
  await fill(mine);
  await fill(theirs);
  const names = await query<{ name: string }>(
    "select tablename as name from pg_policies where policyname = 'app' and schemaname = 'public'",
  );
  for (const { name } of names) {
    const seen = await db.asContractor(mine, (tx) =>
      sql<{ contractor_id: string }>`select distinct contractor_id from ${sql.table(name)}`.execute(tx),
    );
    assert.ok(
      seen.rows.every((row) => row.contractor_id === mine),
      name,
    );
  }
  const bound = (text: ReturnType<typeof sql>) => db.asContractor(mine, (tx) => text.execute(tx));
  assert.equal((await bound(sql`select 1 from contractors where contractor_id = ${mine}`)).rows.length, 1);
  const insert = sql`insert into contractor_keys values (${theirs}, 2, '\\x00', now())`;
  await assert.rejects(() => bound(insert), { code: '42501' });
  const change = await bound(sql`update contractors set name = 'x' where contractor_id = ${theirs}`);
  assert.equal(change.numAffectedRows, 0n);
  await assert.rejects(() =>
    bound(sql`update contractors set contractor_id = ${theirs} where contractor_id = ${mine}`),
  );
});

test('live: bound to nothing, the application sees no tenant’s row', async () => {
  for (const { name } of tenant) {
    const { rows } = await db.unbound((tx) => sql`select 1 from ${sql.table(name)} limit 1`.execute(tx));
    assert.equal(rows.length, 0, name);
  }
});

test('live: the provider’s scope lists contractors and nothing of theirs', async () => {
  const list = await db.asProvider((tx) =>
    sql<{ contractor_id: string }>`select contractor_id from contractors`.execute(tx),
  );
  assert.ok(
    list.rows.some((row) => row.contractor_id === mine) && list.rows.some((row) => row.contractor_id === theirs),
  );
  for (const { name } of tenant) {
    if (name === 'contractors') continue;
    if (OTHER_POLICIES.has(`${name}.provider`)) continue;
    const { rows } = await db.asProvider((tx) => sql`select 1 from ${sql.table(name)} limit 1`.execute(tx));
    assert.equal(rows.length, 0, name);
  }
});

test('live: a person at sign-in sees their own memberships and those contractors only', async () => {
  const user = newId();
  await query(`insert into auth."user" (id, name, email, "emailVerified") values ($1, 'p', $2, true)`, [
    user,
    `${user}@example.jp`,
  ]);
  await query("insert into contractor_members values ($1, $2, 'auditor', now())", [mine, user]);
  const list = await db.asPerson(user, (tx) =>
    sql<{ id: string }>`select contractor_id as id from contractors`.execute(tx),
  );
  assert.deepEqual(list.rows, [{ id: mine }]);
  const none = await db.asPerson('somebody else', (tx) => sql`select 1 from contractors`.execute(tx));
  assert.equal(none.rows.length, 0);
});

test('live: a job bound to one contractor sees that one only', async () => {
  const ids = async (bound: ContractorId | undefined) => {
    const read = (tx: Parameters<Parameters<typeof db.jobs>[0]>[0]) =>
      sql<{ id: string }>`select contractor_id as id from contractor_keys`.execute(tx);
    const { rows } = await (bound ? db.jobsFor(bound, read) : db.jobs(read));
    return rows.map((row) => row.id).sort();
  };
  assert.deepEqual(await ids(mine), [mine]);
  assert.deepEqual(await ids(undefined), [mine, theirs].sort());
});
