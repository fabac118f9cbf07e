import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type {
  Action,
  ActionBatch,
  Application,
  AuditVerification,
  Contractor,
  DeviceSummary,
  EndingPreview,
  EnrollmentInvitation,
  Entitlements,
  LicenceToAgree,
  SafetySettings,
  Session,
} from '@tsukasa/api';
import { enroll } from './fleet.ts';
import { useStage } from './harness.ts';
import { join as joinPeople } from './people.ts';
import { type Output, tsukasa } from './program.ts';
import { temporaryFolder } from './server.ts';
import { until } from './wait.ts';

type Page<T> = { readonly items: readonly T[]; readonly nextCursor: string | null };

/** Exit codes that the command line promises to scripts. */
const EXIT = { ok: 0, usage: 2, forbidden: 3, notFound: 4, refused: 5, unavailable: 6, notDone: 7, stillWaiting: 8 };

const stage = useStage();
let folder: Awaited<ReturnType<typeof temporaryFolder>>;

before(async () => {
  folder = await temporaryFolder('cli');
});
after(() => folder.remove());

/** Runs a command with the sign-in of this test. */
function run(...args: readonly string[]): Promise<Output> {
  return tsukasa(args, { TSUKASA_CLI_CONFIG: join(folder.path, 'cli.json'), LANG: 'C' });
}

/** Runs a command that must succeed, and reads what it prints with `--json`. */
async function json<T>(...args: readonly string[]): Promise<T> {
  const { code, stdout, stderr } = await run(...args, '--json');
  assert.equal(code, 0, `${args.join(' ')}: ${stderr}`);
  return JSON.parse(stdout) as T;
}

describe('the command line', () => {
  let contractorId: string;
  let deviceId: string;

  test('asks for a sign-in, and says how', async () => {
    const { code, stderr, stdout } = await run('contractors', 'list', '--url', stage().url);
    assert.equal(code, EXIT.forbidden);
    assert.equal(stdout, '');
    assert.match(stderr, /tsukasa login/);
  });

  test('signs in by token, and refuses a wrong one', async () => {
    const wrong = await run('login', '--url', stage().url, '--token', 'tsp_wrong');
    assert.equal(wrong.code, EXIT.forbidden, wrong.stderr);
    const { code, stdout, stderr } = await run('login', '--url', stage().url, '--token', stage().token);
    assert.equal(code, EXIT.ok, stderr);
    assert.match(stdout, /signed in as/);
    const session = await json<Session>('whoami');
    assert.equal(session.providerRole, 'provider_administrator');
  });

  test('creates and lists contractors', async () => {
    const made = await json<Contractor>('contractors', 'create', 'みどり運輸', '--kana', 'みどりうんゆ');
    contractorId = made.contractorId;
    const { items } = await json<Page<Contractor>>('contractors', 'list', '--q', 'ミドリ');
    assert.deepEqual(
      items.map((item) => item.contractorId),
      [contractorId],
    );
    const { stdout } = await run('contractors', 'list');
    assert.match(stdout, /^ID\s+NAME/);
    assert.match(stdout, /みどり運輸/);
  });

  test('an invitation without a contract is refused with the clause; applied for, accepted and agreed to it goes on', async () => {
    const own = ['--contractor', contractorId] as const;
    const refused = await run('invitations', 'create', ...own, '--language', 'en');
    assert.equal(refused.code, EXIT.refused);
    assert.match(refused.stderr, /Art\. 2/);
    const applied = await json<Application>('contracts', 'apply', '--kind', 'device-and-app', ...own);
    const lines = ['--line', 'service:initial:50000', '--line', 'service:monthly:30000'];
    const quoted = await json<Application>('contracts', 'quote', applied.applicationId, ...lines, ...own);
    assert.deepEqual(
      quoted.price.map(({ fee, amount }) => [fee, amount]),
      [
        ['initial', 50_000],
        ['monthly', 30_000],
      ],
    );
    await json('contracts', 'accept', applied.applicationId, ...own);
    const { items } = await json<{ items: LicenceToAgree[] }>('contracts', 'licences', ...own);
    assert.ok(items.length > 0);
    for (const { document, version, sha256 } of items)
      await json('contracts', 'agree', document, '--document-version', version, '--sha256', sha256, ...own);
    const { state } = await json<Entitlements>('contracts', 'entitlements', ...own);
    assert.equal(state, 'in_force');
    assert.match((await run('contracts', 'verify', ...own)).stdout, /^ok: \d+ facts/);
    assert.match((await run('contracts', 'list', '--provider')).stdout, /みどり運輸/);
    const facts = await run('contracts', 'facts', applied.contractId, ...own);
    assert.match(facts.stdout, /applied[\s\S]*quoted[\s\S]*accepted[\s\S]*licence_agreed[\s\S]*activated/);
    const notice = await json<EndingPreview>('contracts', 'notice', applied.contractId, '--dry-run', ...own);
    assert.equal(notice.endings[0]?.subject, 'service');
  });

  test('an invitation without a push certificate is refused with the reason', async () => {
    const refused = await run('invitations', 'create', '--contractor', contractorId, '--json');
    assert.equal(refused.code, EXIT.refused);
    const { problem } = JSON.parse(refused.stderr) as { problem: { reason?: string } };
    assert.equal(problem.reason, 'push_certificate.missing');
  });

  test('invites; the device that enrolls is listed, shown and exported', async () => {
    await stage().pushCertificate(contractorId);
    const login = await run('login', '--url', stage().url, '--token', stage().token, '--contractor', contractorId);
    assert.equal(login.code, EXIT.ok, login.stderr);
    const invitation = await json<EnrollmentInvitation>(
      'invitations',
      'create',
      '--label',
      '配送一課',
      '--max-uses',
      '2',
    );
    assert.ok(invitation.url !== null);
    const device = await enroll(stage(), invitation.url);
    const found = await until('it is listed', 20_000, async () => {
      const { items } = await json<Page<DeviceSummary>>('devices', 'list', '--q', device.serialNumber);
      return items.find((item) => item.managementState === 'managed');
    });
    deviceId = found.deviceId;
    const shown = await json<DeviceSummary>('devices', 'show', deviceId);
    assert.equal(shown.serialNumber, device.serialNumber);
    const exported = await run('devices', 'export', '--columns', 'serialNumber');
    assert.equal(exported.code, EXIT.ok, exported.stderr);
    assert.ok(exported.stdout.includes(device.serialNumber));
    const revoked = await run('invitations', 'revoke', invitation.invitationId);
    assert.equal(revoked.code, EXIT.ok, revoked.stderr);
    const { items } = await json<Page<EnrollmentInvitation>>('invitations', 'list');
    assert.equal(items[0]?.state, 'revoked');
  });

  test('invites every platform that is ready, and says what the others miss', async () => {
    const { stdout } = await run('enrollment', 'options');
    assert.match(stdout, /windows\s+company-owned\s+device\s+yes/);
    assert.match(stdout, /android\s+personally-owned\s+work-profile\s+no: android\./);
    const words = ['--platform', 'windows', '--usage-mode', 'personally-owned'] as const;
    const pc = await json<EnrollmentInvitation>('invitations', 'create', ...words);
    assert.deepEqual([pc.platform, pc.usageMode, pc.managementMode], ['windows', 'personally-owned', 'device']);
    const methods = await run('invitations', 'methods', pc.invitationId);
    assert.match(methods.stdout, /^link\n {2}http/);
    assert.match(methods.stdout, /deep_link[\s\S]*ms-device-enrollment:\?mode=mdm/);
    const file = join(folder.path, 'code');
    await run('invitations', 'methods', pc.invitationId, '--kind', 'password', '--output', file);
    assert.ok(pc.url?.endsWith(await readFile(file, 'utf8')));
    const android = await run('invitations', 'create', '--platform', 'android', '--mode', 'dedicated');
    assert.equal(android.code, EXIT.refused, android.stderr);
    const wrong = await run('invitations', 'create', '--platform', 'symbian');
    assert.equal(wrong.code, EXIT.usage);
    assert.match(wrong.stderr, /apple, windows, android/);
    assert.match((await run('android', 'show')).stdout, /^enterprise +not_bound/);
    assert.equal((await run('android', 'signup')).code, EXIT.refused);
    assert.match((await run('android', 'project', '--provider')).stdout, /^no project/);
  });

  test('asks for an action and waits until the device has done it', async () => {
    const action = await json<Action>('actions', 'ask', deviceId, 'refresh', '--wait', '--timeout', '30');
    assert.equal(action.state, 'done');
    const shown = await run('actions', 'show', action.actionId);
    assert.equal(shown.code, EXIT.ok);
    assert.match(shown.stdout, /refresh: done/);
    assert.match(shown.stdout, /answered\s+20/);
    const { items } = await json<Page<Action>>('actions', 'list', deviceId);
    assert.ok(items.some((item) => item.actionId === action.actionId));
  });

  test('a wipe that a program asks for waits for a person, who agrees with the same command line', async () => {
    const asked = await json<Action>('actions', 'ask', deviceId, 'erase', '--reason', 'lost');
    assert.equal(asked.state, 'awaiting_approval');
    const alone = await run('actions', 'approve', asked.actionId);
    assert.equal(alone.code, EXIT.forbidden, 'a token agrees to nothing');
    const listed = await run('pending');
    assert.ok(listed.stdout.includes(asked.actionId), listed.stdout);
    const person = await joinPeople(stage().provider, contractorId, 'contractor_administrator', 'Second Person');
    const rejected = await tsukasa(
      ['--json', 'actions', 'reject', asked.actionId, '--as', person.email, '--code', person.authenticator.next()],
      {
        TSUKASA_CLI_CONFIG: join(folder.path, 'cli.json'),
        LANG: 'C',
        TSUKASA_PASSWORD: person.password,
      },
    );
    assert.equal(rejected.code, EXIT.ok, rejected.stderr);
    assert.equal((JSON.parse(rejected.stdout) as Action).state, 'rejected');
  });

  test('previews and asks in bulk, and shows how tied hands are', async () => {
    const preview = await run('batches', 'preview', 'lock', deviceId);
    assert.match(preview.stdout, /^1 of 1 devices/);
    const batch = await json<ActionBatch>('batches', 'ask', 'refresh', '--all', '--expect', '1');
    await until('the device has done it', 30_000, async () => {
      const shown = await json<ActionBatch>('batches', 'show', batch.batchId);
      return shown.state === 'finished' && shown.counts.done === 1;
    });
    const devices = await run('batches', 'devices', batch.batchId);
    assert.match(devices.stdout, /done/);
    const safety = await run('safety', 'show');
    assert.match(safety.stdout, /second person: on\ndestructive actions per hour: 20 \(0 in the last hour\)/);
    const looser = await json<SafetySettings>('safety', 'change', '--per-hour', 'none', '--reason', 'test');
    assert.deepEqual([looser.destructivePerHour, looser.pending?.destructivePerHour], [20, null]);
  });

  test('tells by its exit code how it went', async () => {
    const nowhere = '018f0000-0000-7000-8000-000000000000';
    const plist = join(folder.path, 'wrong.plist');
    await writeFile(plist, '<plist><dict><key>RequestType</key><string>NoSuchCommand</string></dict></plist>');
    const cases: readonly { readonly args: readonly string[]; readonly code: number }[] = [
      { args: ['no-such-command'], code: EXIT.usage },
      { args: ['actions', 'ask', deviceId, 'explode'], code: EXIT.usage },
      { args: ['devices', 'list', '--limit', 'many'], code: EXIT.usage },
      { args: ['devices', 'show', nowhere], code: EXIT.notFound },
      { args: ['devices', 'list', '--contractor', nowhere], code: EXIT.notFound },
      { args: ['actions', 'ask', deviceId, 'erase'], code: EXIT.refused },
      { args: ['actions', 'ask', deviceId, 'raw', '--plist', plist, '--reason', 'test'], code: EXIT.refused },
      { args: ['whoami', '--url', 'http://127.0.0.1:9'], code: EXIT.unavailable },
    ];
    for (const { args, code } of cases) {
      const ended = await run(...args);
      assert.equal(ended.code, code, `${args.join(' ')}: ${ended.stderr}`);
      assert.equal(ended.stdout, '', args.join(' '));
      assert.match(ended.stderr, /^tsukasa: /, args.join(' '));
    }
  });

  test('verifies the audit trails', async () => {
    const verified = await json<AuditVerification>('audit', 'verify');
    assert.equal(verified.ok, true);
    assert.ok(verified.entries > 0);
    const provider = await run('audit', 'verify', '--provider');
    assert.equal(provider.code, EXIT.ok, provider.stderr);
    assert.match(provider.stdout, /^ok: \d+ entries, head \d+ [0-9a-f]{64}/);
    const { stdout } = await run('audit', 'list');
    assert.match(stdout, /action\.asked/);
  });

  test('signs out', async () => {
    assert.equal((await run('logout')).code, EXIT.ok);
    assert.equal((await run('whoami')).code, EXIT.forbidden);
  });
});
