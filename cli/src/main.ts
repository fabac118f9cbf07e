import { parseArgs } from 'node:util';
import { backup } from './backup.ts';
import { bootstrap } from './bootstrap.ts';
import { call } from './client.ts';
import { COMMANDS, unknownCommand } from './commands.ts';
import { CliError, EXIT, type ExitCode, usage } from './exit.ts';
import { printer } from './output.ts';
import { recover } from './recover.ts';
import { checkUrl, forgetSettings, languageOf, loadSettings, saveSettings, targetOf } from './settings.ts';
import { runTerms } from './terms.ts';

const HELP = `tsukasa: the command line of a Tsukasa installation

  tsukasa bootstrap --email E --password P [--name N]   the first provider administrator, in the data directory
  tsukasa recover --email E                             a one-time link for an administrator who cannot sign in any more
  tsukasa backup --to DIR                               a copy of the data directory of the server that runs on it
  tsukasa login --url URL --token TOKEN [--contractor ID]
  tsukasa logout | whoami
  tsukasa contractors list [--q WORDS] | create NAME [--kana KANA]
  tsukasa enrollment options                            which platforms and modes can be invited, and what is missing
  tsukasa invitations create [--platform apple|windows|android] [--usage-mode company-owned|personally-owned]
                             [--mode device|fully-managed|dedicated|work-profile] [--person ID] [--label L]
                             [--max-uses N] [--expires-in P7D]
  tsukasa invitations list | methods INVITATION [--kind KIND [--output FILE]] | revoke INVITATION
      methods: the link, QR code, text to type or file by which a device comes in; --kind prints one of them alone
  tsukasa android show | signup [--admin-email E] [--domain D ...] | reconcile
  tsukasa android project [--key FILE [--topic T] [--push-account E] [--push-audience A] [--requests-per-minute N]
                          | --remove]    (--provider: the installation's)
  tsukasa android release --how delete|forget --reason R
  tsukasa recovery-keys list DEVICE | read DEVICE RECOVERY-KEY --reason R
  tsukasa devices list [--q WORDS] | show DEVICE | export [--q WORDS] [--columns A,B]
  tsukasa actions available DEVICE | preview DEVICE TYPE [--param ...]     what it will do on this device, asking nothing
  tsukasa actions ask DEVICE TYPE [--param key=value ...] [--plist FILE | --syncml FILE] [--reason R] [--expires-in P1D]
                      [--wait [--timeout SECONDS]]
      TYPE and what --param takes: tsukasa actions types
  tsukasa actions secret ACTION KIND                    a new passcode or PIN, once
  tsukasa actions list [DEVICE] | show ACTION [--wait] | cancel ACTION [--reason R]
  tsukasa actions approve ACTION | reject ACTION [--reason R] | release ACTION --reason R   with --as EMAIL
  tsukasa batches preview TYPE DEVICE ... | preview TYPE --q WORDS | preview TYPE --all    (--param, --plist, --syncml)
  tsukasa batches ask TYPE DEVICE ... | --q WORDS | --all [--expect N] [--reason R] [--expires-in P1D]
  tsukasa batches list | show BATCH | devices BATCH | cancel BATCH [--reason R]
  tsukasa batches approve BATCH | reject BATCH [--reason R] | release BATCH --reason R     with --as EMAIL
  tsukasa pending                                       what waits for a second person or a release
  tsukasa safety show | change [--per-hour N|none] [--second-person on|off] --reason R     (--provider: the installation's)
  tsukasa safety approve CHANGE | reject CHANGE [--reason R]                               with --as EMAIL
      --as EMAIL: decide as a person: password in TSUKASA_PASSWORD, code of the authenticator app in --code or asked for
  tsukasa contracts apply --kind KIND [--option NAME[=DEVICES] ...] [--start DAY] [--arrived DAY [--note N]]
                          | --contract CONTRACT --option NAME[=DEVICES] ...
  tsukasa contracts quote APPLICATION --line SUBJECT:initial|monthly:AMOUNT[:contract|device] ... [--valid-until DAY]
  tsukasa contracts accept APPLICATION [--on DAY] [--start DAY] [--billing-start DAY]
  tsukasa contracts refuse APPLICATION --reason R [--clause C]
  tsukasa contracts list [--on DAY] | list --provider [--q WORDS] [--ending-within DAYS] | applications
  tsukasa contracts show CONTRACT [--on DAY] | facts CONTRACT | charges CONTRACT --from MONTH --to MONTH
  tsukasa contracts notice CONTRACT [--option NAME] [--designated DAY] [--arrived DAY [--note N]] [--dry-run]
  tsukasa contracts count CONTRACT --devices N [--option NAME] [--from MONTH] [--arrived DAY [--note N]] [--dry-run]
  tsukasa contracts licences | agree DOCUMENT --document-version V --sha256 HASH
  tsukasa contracts entitlements [--on DAY] | verify
  tsukasa billing close --month MONTH [--dry-run | --approve [--fingerprint F] [--issued-on DAY]] | closings
  tsukasa billing invoices [--month MONTH] [--state open|overdue|paid|credited|credit_note] [--q WORDS]
  tsukasa billing invoice NUMBER [--format pdf|csv|json|xml] [--output FILE]
  tsukasa billing payment NUMBER --amount YEN --on DAY [--note N] | reverse PAYMENT --reason R
  tsukasa billing statement | forecast [--months N] | settings [--set FILE]
  tsukasa events list
  tsukasa audit list | verify            (--provider: the provider's own trail)

The service terms, without a server (days like 2025-04-01, months like 2025-04; file formats: docs/contracts.md):
  tsukasa terms cancellation --arrived DAY [--designated DAY] [--option NAME] [--kind KIND]
  tsukasa terms charges --contract FILE --from MONTH [--to MONTH]
  tsukasa terms contract --contract FILE --on DAY
  tsukasa terms check [--contract FILE] --application FILE --on DAY
      FILE: {"kind": "device-and-app", "acceptedOn": DAY, "billingStartOn": DAY,
             "options": [{"option": "operation-proxy", "deviceCount": 40}], "notices": [{"arrivedOn": DAY}], ...}
      --today DAY: what counts as the future; today in Japan by default

Everywhere: --json, --url (TSUKASA_URL), --token (TSUKASA_TOKEN), --contractor (TSUKASA_CONTRACTOR), --language ja|en,
            lists: --limit N --cursor C
Exit codes: 0 ok, 2 usage, 3 not allowed, 4 not found, 5 refused, 6 unreachable, 7 ended but not done,
            8 still waiting, 9 audit trail broken, 1 anything else`;

const FLAGS = {
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  wait: { type: 'boolean' },
  provider: { type: 'boolean' },
  'dry-run': { type: 'boolean' },
  approve: { type: 'boolean' },
  remove: { type: 'boolean' },
  domain: { type: 'string', multiple: true },
  all: { type: 'boolean' },
  param: { type: 'string', multiple: true },
  option: { type: 'string', multiple: true },
  line: { type: 'string', multiple: true },
  ...Object.fromEntries(
    [
      'url',
      'token',
      'contractor',
      'language',
      'email',
      'password',
      'name',
      'kana',
      'q',
      'limit',
      'cursor',
      'platform',
      'usage-mode',
      'mode',
      'key',
      'topic',
      'push-account',
      'push-audience',
      'requests-per-minute',
      'admin-email',
      'how',
      'person',
      'label',
      'max-uses',
      'expires-in',
      'reason',
      'plist',
      'syncml',
      'as',
      'code',
      'expect',
      'per-hour',
      'second-person',
      'timeout',
      'columns',
      'kind',
      'contract',
      'devices',
      'on',
      'start',
      'billing-start',
      'arrived',
      'designated',
      'valid-until',
      'ending-within',
      'clause',
      'note',
      'from',
      'to',
      'month',
      'months',
      'state',
      'format',
      'output',
      'amount',
      'fingerprint',
      'issued-on',
      'set',
      'document-version',
      'sha256',
      'application',
      'today',
    ].map((name) => [name, { type: 'string' as const }]),
  ),
} as const;

type Flags = Readonly<Record<string, string | boolean | string[] | undefined>>;

async function run(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<ExitCode> {
  const { flags, words } = parse(argv);
  const print = printer(flags['json'] === true, (text) => process.stdout.write(text));
  const string = (name: string): string | undefined => (typeof flags[name] === 'string' ? flags[name] : undefined);
  if (flags['help'] === true || words.length === 0 || words[0] === 'help') {
    process.stdout.write(`${HELP}\n`);
    return words.length === 0 && flags['help'] !== true ? EXIT.usage : EXIT.ok;
  }
  if (words[0] === 'bootstrap') {
    const [email, password] = [string('email'), string('password') ?? env['TSUKASA_BOOTSTRAP_PASSWORD']];
    if (!email || !password) throw usage('bootstrap needs --email and --password (or TSUKASA_BOOTSTRAP_PASSWORD)');
    const made = await bootstrap({ email, password, name: string('name') ?? email });
    print(made, () => made.token);
    return EXIT.ok;
  }
  if (words[0] === 'recover') {
    const email = string('email');
    if (!email) throw usage('recover needs --email, the address of a provider administrator');
    const link = await recover(email);
    print(link, () => `${link.url}\nfor ${link.email}, once, until ${link.expiresAt}`);
    return EXIT.ok;
  }
  if (words[0] === 'backup') {
    const to = string('to');
    if (!to) throw usage('backup needs --to DIR, a folder that does not exist yet');
    await backup(to);
    print({ backup: to }, () => `copied to ${to}`);
    return EXIT.ok;
  }
  if (words[0] === 'terms') {
    if (words.length > 2) throw usage(`unknown argument: ${words[2]}`);
    return runTerms(words[1], { flags, print, language: languageOf(string('language'), env) });
  }
  const saved = await loadSettings(env);
  if (words[0] === 'logout') {
    await forgetSettings(env);
    return EXIT.ok;
  }
  const target = targetOf({ url: string('url'), token: string('token'), language: string('language') }, env, saved);
  const contractor = string('contractor') ?? env['TSUKASA_CONTRACTOR'] ?? saved.contractor;
  if (words[0] === 'login') {
    const session = await call(target, 'getSession');
    const file = await saveSettings(env, {
      url: checkUrl(target.url),
      token: target.token,
      ...(contractor && { contractor }),
    });
    print({ principal: session.principal, savedIn: file }, () => `signed in as ${session.principal.name}`);
    return EXIT.ok;
  }
  for (const count of [2, 1]) {
    const command = COMMANDS[words.slice(0, count).join(' ')];
    if (command && words.length >= count) return command({ target, contractor, flags, print }, words.slice(count));
  }
  throw unknownCommand(words);
}

function parse(argv: readonly string[]): { flags: Flags; words: string[] } {
  try {
    const { values, positionals } = parseArgs({ args: [...argv], options: FLAGS, allowPositionals: true });
    return { flags: values, words: positionals };
  } catch (error) {
    throw usage(error instanceof Error ? error.message : String(error));
  }
}

try {
  process.exitCode = await run(process.argv.slice(2), process.env);
} catch (error) {
  const known = error instanceof CliError;
  const message = error instanceof Error ? error.message : String(error);
  const asJson = process.argv.includes('--json');
  process.stderr.write(
    asJson
      ? `${JSON.stringify({ error: message, ...(known && error.problem !== undefined ? { problem: error.problem } : {}) })}\n`
      : `tsukasa: ${message}\n`,
  );
  process.exitCode = known ? error.exitCode : EXIT.bug;
}
