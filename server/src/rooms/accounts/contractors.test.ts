import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ApiToken, Contractor } from '@tsukasa/api';
import { PROVIDER_ID } from '../../base/ids.ts';
import { contractorSettings } from './index.ts';
import { testAccounts } from './testing/app.ts';

const t = await testAccounts();
const PATH = '/api/v1/provider/contractors';

async function provider() {
  return t.browser(await t.providerToken());
}

async function trail(contractorId: string) {
  const rows = await t.query<{ action: string; details: unknown }>(
    'select action, details from audit_entries where contractor_id = $1 order by seq',
    [contractorId],
  );
  return rows.map((row) => row.action);
}

test("a contractor is created, renamed and suspended, in its own trail and in the provider's", async () => {
  const page = await provider();
  const made = (await page.ok('POST', PATH, { name: '株式会社アクメ', nameKana: 'アクメ' })) as Contractor;
  assert.equal(made.state, 'active');
  await page.ok('PATCH', `${PATH}/${made.contractorId}`, { name: 'アクメ' });
  await page.ok('PATCH', `${PATH}/${made.contractorId}`, { name: 'アクメ' });
  await page.ok('PATCH', `${PATH}/${made.contractorId}`, { state: 'suspended' });
  const wanted = ['contractor.created', 'contractor.renamed', 'contractor.suspended'];
  assert.deepEqual(await trail(made.contractorId), wanted);
  assert.deepEqual((await trail(PROVIDER_ID)).slice(-3), wanted);
  const both = await t.query('select 1 from audit_entries where target_id = $1', [made.contractorId]);
  assert.equal(both.length, 6);
  await page.refused(404, 'contractor.unknown', 'PATCH', `${PATH}/${PROVIDER_ID}`, { name: 'x' });
});

test('contractors are found however their name is typed, and come in pages by name', async () => {
  const page = await provider();
  for (const name of ['ページ３', 'ページ１０', 'ページ１', 'ページ２']) await page.ok('POST', PATH, { name });
  await page.ok('POST', PATH, { name: '百%', nameKana: 'ヒャクパーセント' });
  const list = async (query: string) =>
    (await page.ok('GET', `${PATH}?${query}`)) as { items: Contractor[]; nextCursor: string | null; total: number };
  const first = await list(`q=${encodeURIComponent('ﾍﾟｰｼﾞ')}&limit=3`);
  assert.equal(first.total, 4);
  assert.deepEqual(
    first.items.map(({ name }) => name),
    ['ページ１', 'ページ２', 'ページ３'],
  );
  const rest = await list(`q=${encodeURIComponent('ぺーじ')}&limit=3&cursor=${first.nextCursor}`);
  assert.deepEqual(
    rest.items.map(({ name }) => name),
    ['ページ１０'],
  );
  assert.equal(rest.nextCursor, null);
  assert.deepEqual(
    (await list(`q=${encodeURIComponent('%')}`)).items.map(({ name }) => name),
    ['百%'],
  );
  assert.equal((await list(`q=${encodeURIComponent('ひゃくぱせんと')}`)).total, 1);
});

test('settings have defaults, are checked, and changes stand in the trail with both values', async () => {
  const contractorId = await t.contractor();
  const page = t.browser(await t.contractorToken(contractorId, 'contractor_administrator'));
  const path = `/api/v1/contractors/${contractorId}`;
  const defaults = { observeEvery: 'PT6H', silentAfter: 'P3D', language: 'ja', helpdeskPhone: '' };
  assert.deepEqual(((await page.ok('GET', path)) as { settings: object }).settings, defaults);
  for (const body of [
    { observeEvery: 'PT14M59S' },
    { observeEvery: 'P7DT1S' },
    { observeEvery: 'P1W' },
    { observeEvery: 'six hours' },
    { observeEvery: '-PT6H' },
    { silentAfter: 'PT59M' },
    { silentAfter: 'P91D' },
    { silentAfter: 'P1M' },
  ]) {
    await page.refused(422, 'settings.duration', 'PATCH', `${path}/settings`, body);
  }
  await page.refused(422, 'request.validation', 'PATCH', `${path}/settings`, { unknown: 1 });
  await page.ok('PATCH', `${path}/settings`, { observeEvery: 'PT15M', silentAfter: 'P90D' });
  await page.ok('PATCH', `${path}/settings`, { helpdeskPhone: '03-0000-0000' });
  const settings = await t.db.asContractor(contractorId, (tx) => contractorSettings(tx, contractorId));
  assert.deepEqual(settings, {
    observeEvery: 'PT15M',
    silentAfter: 'P90D',
    language: 'ja',
    helpdeskPhone: '03-0000-0000',
  });
  const [row] = await t.query<{ details: unknown }>(
    'select details from audit_entries where contractor_id = $1 and seq = 1',
    [contractorId],
  );
  assert.deepEqual(row?.details, {
    observeEvery: { from: 'PT6H', to: 'PT15M' },
    silentAfter: { from: 'P3D', to: 'P90D' },
  });
});

test('a token is shown once, stored as a hash, listed, used and revoked', async () => {
  const contractorId = await t.contractor();
  const page = t.browser(await t.contractorToken(contractorId, 'contractor_administrator'));
  const path = `/api/v1/contractors/${contractorId}/api-tokens`;
  const made = (await page.ok('POST', path, { name: 'CI', role: 'auditor', expiresInDays: 1 })) as {
    token: string;
    apiToken: ApiToken;
  };
  assert.match(made.token, new RegExp(`^tsc_${contractorId}_[A-Za-z0-9_-]{43}$`));
  assert.equal(made.apiToken.lastUsedAt, null);
  const secret = made.token.slice(-43);
  const [row] = await t.query<{ text: string; hashed: boolean }>(
    `select row(a.*)::text as text, secret_hash = sha256($2) as hashed from api_tokens a where token_id = $1`,
    [made.apiToken.tokenId, secret],
  );
  assert.equal(row?.hashed, true);
  assert.ok(!row?.text.includes(secret));
  const program = t.browser(made.token);
  await program.ok('GET', path);
  await program.refused(403, 'permission.missing', 'POST', path, { name: 'x', role: 'auditor', expiresInDays: 1 });
  await page.ok('DELETE', `${path}/${made.apiToken.tokenId}`);
  await page.ok('DELETE', `${path}/${made.apiToken.tokenId}`);
  await program.refused(401, 'session.missing', 'GET', path);
  await page.refused(404, 'token.unknown', 'DELETE', `${path}/${contractorId}`);
  const other = t.browser(await t.contractorToken(await t.contractor(), 'contractor_administrator'));
  await other.refused(404, 'contractor.unknown', 'DELETE', `${path}/${made.apiToken.tokenId}`);
  assert.deepEqual(await trail(contractorId), ['api_token.created', 'api_token.revoked']);
});

test('tokens of the provider likewise', async () => {
  const page = await provider();
  const path = '/api/v1/provider/api-tokens';
  const made = (await page.ok('POST', path, { name: 'CLI', role: 'provider_administrator', expiresInDays: 366 })) as {
    token: string;
    apiToken: ApiToken;
  };
  assert.match(made.token, /^tsp_[A-Za-z0-9_-]{43}$/);
  const program = t.browser(made.token);
  const { items } = (await program.ok('GET', path)) as { items: ApiToken[] };
  assert.ok(items.some(({ tokenId, lastUsedAt }) => tokenId === made.apiToken.tokenId && lastUsedAt !== null));
  await page.ok('DELETE', `${path}/${made.apiToken.tokenId}`);
  await program.refused(401, 'session.missing', 'GET', path);
});
