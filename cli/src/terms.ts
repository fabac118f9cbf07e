import { readFile } from 'node:fs/promises';
import {
  admissible,
  applicationFromFile,
  BOOK,
  type Charge,
  type ContractState,
  cancellation,
  charges,
  checkHistory,
  clauseLabel,
  contractFromFile,
  explain,
  type History,
  type Language,
  parseDay,
  parseMonth,
  type Reason,
  SERVICE,
  type SubjectState,
  stateOn,
  TermsError,
} from '@tsukasa/terms';
import { CliError, EXIT, type ExitCode, usage } from './exit.ts';
import { type Print, table } from './output.ts';
import { termsWords } from './terms-words.ts';

/** What the `terms` commands get: no installation is asked, only the rules of the terms. */
export type TermsContext = {
  readonly flags: Readonly<Record<string, string | boolean | string[] | undefined>>;
  readonly language: Language;
  readonly print: Print;
  /** Today in Asia/Tokyo, unless `--today` says otherwise. */
  readonly today: Temporal.PlainDate;
};
type TermsCommand = (context: TermsContext) => Promise<ExitCode>;

export const TERMS_COMMANDS: Readonly<Record<string, TermsCommand>> = {
  cancellation: printCancellation,
  charges: printCharges,
  contract: printContract,
  check: printCheck,
};

/** Runs `tsukasa terms …`. What the terms refuse, and input they cannot read, ends with exit code 2 and its words. */
export async function runTerms(name: string | undefined, context: Omit<TermsContext, 'today'>): Promise<ExitCode> {
  const command = name === undefined ? undefined : TERMS_COMMANDS[name];
  if (command === undefined) throw usage(termsWords(context.language).commands(Object.keys(TERMS_COMMANDS)));
  try {
    const told = text(context, 'today');
    const today = told === undefined ? Temporal.Now.plainDateISO('Asia/Tokyo') : parseDay(told, '--today');
    return await command({ ...context, today });
  } catch (error) {
    if (!(error instanceof TermsError)) throw error;
    const { code, params, clause } = error;
    throw new CliError(EXIT.usage, line(error, context.language), {
      code,
      params,
      ...(clause !== undefined && { clause }),
    });
  }
}

async function printCancellation(c: TermsContext): Promise<ExitCode> {
  const arrivedOn = parseDay(needed(c, 'arrived'), '--arrived');
  const designated = text(c, 'designated');
  const kind = known(c, 'kind', BOOK.catalogue.kinds);
  const option = known(c, 'option', BOOK.catalogue.options);
  if (Temporal.PlainDate.compare(arrivedOn, c.today) > 0)
    throw new TermsError(
      'notice.arrived_in_future',
      { on: String(arrivedOn), today: String(c.today) },
      option === undefined ? 'art-10-1' : 'art-8-7',
    );
  const answer = cancellation({
    book: BOOK,
    arrivedOn,
    ...(designated !== undefined && { designatedOn: parseDay(designated, '--designated') }),
    subject: option ?? SERVICE,
    ...(kind !== undefined && { kind }),
  });
  const endings = answer.endings.map(({ subject, effectiveOn, because }) => ({
    subject,
    effectiveOn: String(effectiveOn),
    because: reasons(because, c.language),
  }));
  c.print({ effectiveOn: String(answer.effectiveOn), endings, because: reasons(answer.because, c.language) }, () =>
    endings
      .flatMap((ending) => [
        `${ending.effectiveOn}  ${ending.subject}`,
        ...ending.because.map((reason) => `  ${withClause(reason, c.language)}`),
      ])
      .join('\n'),
  );
  return EXIT.ok;
}

async function printCharges(c: TermsContext): Promise<ExitCode> {
  const history = await readContract(c);
  const from = parseMonth(needed(c, 'from'), '--from');
  const to = parseMonth(text(c, 'to') ?? String(from), '--to');
  const { charges: lines, problems } = charges(BOOK, history, { from, to });
  const byMonth = Map.groupBy(lines, ({ month }) => String(month));
  const months = [...byMonth].map(([month, own]) => ({ month, amount: sum(own) }));
  const answer = {
    from: String(from),
    to: String(to),
    charges: lines.map((charge) => chargeJson(charge, c.language)),
    months,
    total: sum(lines),
    problems: reasons(problems, c.language),
  };
  c.print(answer, () => chargesText(answer, c.language));
  return EXIT.ok;
}

const sum = (lines: readonly Charge[]): number => lines.reduce((total, { amount }) => total + amount, 0);

function chargeJson(charge: Charge, language: Language) {
  const { month, subject, fee, os, quantity, unitAmount, amount, dueOn, key, because } = charge;
  return {
    month: String(month),
    subject,
    fee,
    ...(os !== undefined && { os }),
    quantity,
    unitAmount,
    amount,
    dueOn: String(dueOn),
    key,
    because: reasons(because, language),
  };
}

type ChargesJson = {
  readonly charges: readonly ReturnType<typeof chargeJson>[];
  readonly months: readonly { readonly month: string; readonly amount: number }[];
  readonly total: number;
  readonly problems: readonly ReasonJson[];
};

function chargesText({ charges: lines, months, total, problems }: ChargesJson, language: Language): string {
  const words = termsWords(language);
  const rows = lines.map((charge) => ({
    ...charge,
    subject: charge.os ? `${charge.subject} ${charge.os}` : charge.subject,
  }));
  return [
    table(rows, [
      [words.month, (r) => r.month],
      [words.subject, (r) => r.subject],
      [words.fee, (r) => words.fees[r.fee]],
      [words.quantity, (r) => r.quantity],
      [words.unit, (r) => r.unitAmount],
      [words.amount, (r) => r.amount],
    ]),
    '',
    ...months.map(({ month, amount }) => `${month}  ${amount}`),
    `${words.total}  ${total}`,
    ...lines.flatMap((charge) => [
      '',
      `${charge.month} ${charge.subject} ${words.fees[charge.fee]}: ${charge.amount}`,
      ...charge.because.map((reason) => `  ${withClause(reason, language)}`),
    ]),
    ...problems.map((reason) => `! ${withClause(reason, language)}`),
  ].join('\n');
}

async function printContract(c: TermsContext): Promise<ExitCode> {
  const history = await readContract(c);
  const on = parseDay(needed(c, 'on'), '--on');
  const state = stateOn(BOOK, history, on);
  c.print(contractJson(state, c.language), () => contractText(state, c.language));
  return EXIT.ok;
}

function subjectJson(state: SubjectState, language: Language) {
  return {
    subject: state.subject,
    phase: state.phase,
    inForce: state.inForce,
    waitingFor: state.waitingFor,
    appliedOn: String(state.appliedOn),
    ...dayJson('acceptedOn', state.acceptedOn),
    ...dayJson('startOn', state.startOn),
    ...dayJson('activatedOn', state.activatedOn),
    ...dayJson('billingStartOn', state.billingStartOn),
    ...dayJson('endsOn', state.endsOn),
    endBecause: reasons(state.endBecause, language),
    ...(state.deviceCount !== undefined && { deviceCount: state.deviceCount }),
    comingCounts: state.comingCounts.map(({ from, deviceCount }) => ({ from: String(from), deviceCount })),
  };
}

const dayJson = (name: string, value: Temporal.PlainDate | undefined): { readonly [name: string]: string } =>
  value === undefined ? {} : { [name]: String(value) };

function contractJson(state: ContractState, language: Language) {
  return {
    on: String(state.on),
    item: state.item,
    ...(state.kind !== undefined && { kind: state.kind }),
    revision: String(state.revision),
    ...subjectJson(state, language),
    options: state.options.map((option) => subjectJson(option, language)),
    because: reasons(state.because, language),
  };
}

function contractText(state: ContractState, language: Language): string {
  const words = termsWords(language);
  const end = ({ endsOn }: SubjectState) => (endsOn === undefined ? '' : `, ${words.ends(String(endsOn))}`);
  const count = ({ deviceCount }: SubjectState) => (deviceCount === undefined ? '' : ` (${deviceCount})`);
  return [
    `${state.on}  ${[state.item, state.kind].filter((part) => part !== undefined).join(' / ')}: ${words.phases[state.phase]}${end(state)}`,
    ...state.options.map(
      (option) => `  ${option.subject}${count(option)}: ${words.phases[option.phase]}${end(option)}`,
    ),
    ...state.because.map((reason) => `  ${line(reason, language)}`),
  ].join('\n');
}

async function printCheck(c: TermsContext): Promise<ExitCode> {
  const on = parseDay(needed(c, 'on'), '--on');
  const file = text(c, 'contract');
  const contracts = file === undefined ? [] : contractsFrom(await readJson(c, 'contract'));
  for (const { history } of contracts) checkHistory(BOOK, history, c.today);
  const application = applicationFromFile(await readJson(c, 'application'), contracts[0]?.contractId ?? '1');
  const answer = admissible(BOOK, contracts, application, on);
  const because = reasons(answer.because, c.language);
  const words = termsWords(c.language);
  c.print({ admissible: answer.admissible, because }, () =>
    [
      answer.admissible ? words.admissible : words.refused,
      ...because.map((reason) => `  ${withClause(reason, c.language)}`),
    ].join('\n'),
  );
  return answer.admissible ? EXIT.ok : EXIT.refused;
}

/** One contract, or a list of them; they are named 1, 2, 3 … */
function contractsFrom(value: unknown): readonly { readonly contractId: string; readonly history: History }[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.map((each, index) => ({
    contractId: String(index + 1),
    history: contractFromFile(BOOK, each, list.length === 1 ? 'contract' : `contract[${index}]`),
  }));
}

async function readContract(c: TermsContext): Promise<History> {
  const history = contractFromFile(BOOK, await readJson(c, 'contract'));
  checkHistory(BOOK, history, c.today);
  return history;
}

/** Larger files are a mistake. */
const MAX_FILE = 4 * 1024 * 1024;

async function readJson(c: TermsContext, name: string): Promise<unknown> {
  const file = needed(c, name);
  let content: string;
  try {
    content = await readFile(file, 'utf8');
  } catch (error) {
    throw usage(termsWords(c.language).unreadable(file, error instanceof Error ? error.message : String(error)));
  }
  if (content.length > MAX_FILE) throw usage(termsWords(c.language).tooLarge(file));
  try {
    return JSON.parse(content);
  } catch {
    throw usage(termsWords(c.language).notJson(file));
  }
}

type ReasonJson = Reason & { readonly text: string };

function reasons(list: readonly Reason[], language: Language): readonly ReasonJson[] {
  return list.map((reason) => ({ ...reason, text: explain(reason, language) }));
}

function withClause({ clause, text: words }: ReasonJson, language: Language): string {
  return clause === undefined ? words : `${words} [${clauseLabel(clause, language)}]`;
}

const line = (reason: Reason, language: Language): string =>
  withClause({ ...reason, text: explain(reason, language) }, language);

function text(c: Pick<TermsContext, 'flags'>, name: string): string | undefined {
  const value = c.flags[name];
  // `--option` may be given several times elsewhere; here the last one counts, as of any other flag.
  const last = Array.isArray(value) ? value.at(-1) : value;
  return typeof last === 'string' ? last : undefined;
}

function needed(c: TermsContext, name: string): string {
  const value = text(c, name);
  if (value === undefined) throw usage(termsWords(c.language).missing(`--${name}`));
  return value;
}

function known(c: TermsContext, name: string, entries: readonly { readonly id: string }[]): string | undefined {
  const value = text(c, name);
  const ids = [...new Set(entries.map(({ id }) => id))];
  if (value === undefined || ids.includes(value)) return value;
  throw usage(termsWords(c.language).oneOf(`--${name}`, ids, value));
}
