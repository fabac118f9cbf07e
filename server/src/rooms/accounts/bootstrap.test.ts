import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PROVIDER_ID } from '../../base/ids.ts';
import { testAccounts } from './testing/app.ts';

const t = await testAccounts();
const password = 'a long bootstrap password';

test('what cannot be an account is refused, and nothing is made', async () => {
  for (const email of ['nobody', 'admin@localhost', 'two..dots@example.jp', '.dot@example.jp', '山田@example.jp']) {
    await assert.rejects(t.accounts.bootstrap({ email, password }), { code: 'invalid', reason: 'account.email' });
  }
  await assert.rejects(t.accounts.bootstrap({ email: 'a@example.jp', password: 'short' }), { code: 'invalid' });
  assert.equal((await t.query('select 1 from auth."user"')).length, 0);
});

test('of several at once one makes the first administrator, whose token and password work', async () => {
  const emails = ['a@example.jp', 'b@example.jp', 'c@example.jp'];
  const outcomes = await Promise.allSettled(emails.map((email) => t.accounts.bootstrap({ email, password })));
  const made = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  assert.equal(made.length, 1);
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected') assert.equal(outcome.reason.reason, 'bootstrap.done');
  }
  const page = t.browser(made[0]?.token);
  await page.ok('POST', '/api/v1/provider/contractors', { name: 'First' });
  const [user] = await t.query<{ email: string }>('select email from auth."user"');
  await t.browser().ok('POST', '/api/auth/sign-in/email', { email: user?.email, password });
  await t.chain(PROVIDER_ID);
});

test('a second bootstrap is refused, and no link is offered', async () => {
  await assert.rejects(t.accounts.bootstrap({ email: 'late@example.jp', password }), {
    code: 'conflict',
    reason: 'bootstrap.done',
  });
  assert.equal(await t.accounts.firstAdministratorLink(), undefined);
});
