import { compareMonths, monthOf } from './days.ts';
import type { EffectiveFact } from './history.ts';
import { type ItemId, type KindId, type QuoteLine, type RequestedSubject, SERVICE, type Subject } from './model.ts';

/** What one application asked for one subject, and what became of it: the service, or one run of an option. */
export type Life = {
  readonly subject: Subject;
  readonly application: string;
  readonly seq: number;
  readonly appliedOn: Temporal.PlainDate;
  readonly deviceCount?: number;
  readonly quotedOn?: Temporal.PlainDate;
  readonly refusedOn?: Temporal.PlainDate;
  readonly withdrawnOn?: Temporal.PlainDate;
  readonly acceptedOn?: Temporal.PlainDate;
  readonly acceptedSeq?: number;
  readonly startOn?: Temporal.PlainDate;
  readonly activatedOn?: Temporal.PlainDate;
  readonly billingStartOn?: Temporal.PlainDate;
  readonly billingSeq?: number;
};
export type Notice = {
  readonly seq: number;
  readonly subject: Subject;
  readonly arrivedOn: Temporal.PlainDate;
  readonly designatedOn?: Temporal.PlainDate;
};
export type AcceptedChange = {
  readonly seq: number;
  readonly item: ItemId;
  readonly kind: KindId;
  readonly acceptedOn: Temporal.PlainDate;
};
export type CountChange = {
  readonly seq: number;
  readonly subject: Subject;
  readonly askedOn: Temporal.PlainDate;
  readonly deviceCount: number;
  /** The first month for which it counts. */
  readonly month: Temporal.PlainYearMonth;
};
export type Quote = {
  readonly seq: number;
  readonly on: Temporal.PlainDate;
  readonly application?: string;
  readonly from?: Temporal.PlainYearMonth;
  readonly lines: readonly QuoteLine[];
};
export type OneTimeFee = Extract<EffectiveFact, { type: 'one_time_fee' }>;

/** A history sorted by what it is about. Nothing here depends on the terms. */
export type Lives = {
  readonly item: ItemId;
  readonly kind?: KindId;
  readonly service: Life;
  readonly options: readonly Life[];
  readonly changes: readonly AcceptedChange[];
  /** Not taken back. */
  readonly notices: readonly Notice[];
  /** Accepted ones by run, in the order of their months; of several for one month, the one asked last. */
  readonly counts: ReadonlyMap<Life, readonly CountChange[]>;
  readonly quotes: readonly Quote[];
  readonly oneTimeFees: readonly OneTimeFee[];
  readonly agreed: readonly { readonly document: string; readonly version: string; readonly on: Temporal.PlainDate }[];
};

type Of<T extends EffectiveFact['type']> = Extract<EffectiveFact, { type: T }>;
const ofType = <T extends EffectiveFact['type']>(facts: readonly EffectiveFact[], type: T): readonly Of<T>[] =>
  facts.filter((fact): fact is Of<T> => fact.type === type);

/** Sorts the facts; absent as long as the service itself has not been applied for. Facts in the order of `effectiveFacts`. */
export function livesOf(facts: readonly EffectiveFact[]): Lives | undefined {
  const applied = ofType(facts, 'applied');
  const first = applied.find((fact) => fact.requests.some((request) => request.subject === SERVICE));
  if (first === undefined) return undefined;
  const lives = withDays(
    facts,
    applied.flatMap((fact) => fact.requests.map((request) => bornOf(facts, fact, request))),
  );
  const service = lives.find((life) => life.subject === SERVICE && life.application === first.application);
  if (service === undefined) return undefined;
  return {
    item: first.item,
    ...(first.kind !== undefined && { kind: first.kind }),
    service,
    options: lives.filter((life) => life.subject !== SERVICE),
    changes: changesOf(facts),
    notices: noticesOf(facts),
    counts: countsOf(facts, lives),
    quotes: ofType(facts, 'quoted'),
    oneTimeFees: ofType(facts, 'one_time_fee'),
    agreed: ofType(facts, 'licence_agreed').map(({ document, version, on }) => ({ document, version, on })),
  };
}

function bornOf(facts: readonly EffectiveFact[], applied: Of<'applied'>, request: RequestedSubject): Life {
  const { application } = applied;
  const accepted = ofType(facts, 'accepted').find((fact) => fact.application === application);
  const refused = ofType(facts, 'refused').find((fact) => fact.application === application);
  const withdrawn = ofType(facts, 'withdrawn').find((fact) => fact.application === application);
  const quoted = ofType(facts, 'quoted').find((fact) => fact.application === application);
  return {
    subject: request.subject,
    application,
    seq: applied.seq,
    appliedOn: applied.on,
    ...(request.deviceCount !== undefined && { deviceCount: request.deviceCount }),
    ...(quoted && { quotedOn: quoted.on }),
    ...(refused && { refusedOn: refused.on }),
    ...(withdrawn && { withdrawnOn: withdrawn.on }),
    ...(accepted && { acceptedOn: accepted.on, acceptedSeq: accepted.seq, startOn: accepted.startOn }),
  };
}

/** Activation and billing start belong to the run of their subject that was last accepted by then. */
function withDays(facts: readonly EffectiveFact[], lives: readonly Life[]): readonly Life[] {
  const dated = [...lives];
  for (const fact of facts) {
    if (fact.type !== 'activated' && fact.type !== 'billing_started') continue;
    for (const subject of fact.subjects) {
      const life = runOn(dated, subject, fact.on);
      const index = life === undefined ? -1 : dated.indexOf(life);
      if (life === undefined) continue;
      if (fact.type === 'activated' && life.activatedOn === undefined) dated[index] = { ...life, activatedOn: fact.on };
      if (fact.type === 'billing_started' && life.billingStartOn === undefined)
        dated[index] = { ...life, billingStartOn: fact.on, billingSeq: fact.seq };
    }
  }
  return dated;
}

/** The run of a subject that was last accepted on or before a day. */
export function runOn<L extends Pick<Life, 'subject' | 'acceptedOn' | 'seq'>>(
  lives: readonly L[],
  subject: Subject,
  day: Temporal.PlainDate,
): L | undefined {
  let found: L | undefined;
  for (const life of lives) {
    if (life.subject !== subject || life.acceptedOn === undefined) continue;
    if (Temporal.PlainDate.compare(life.acceptedOn, day) > 0) continue;
    const newer = found?.acceptedOn && Temporal.PlainDate.compare(life.acceptedOn, found.acceptedOn);
    if (newer === undefined || newer > 0 || (newer === 0 && life.seq > (found?.seq ?? 0))) found = life;
  }
  return found;
}

function changesOf(facts: readonly EffectiveFact[]): readonly AcceptedChange[] {
  const accepted = new Map(ofType(facts, 'accepted').map((fact) => [fact.application, fact]));
  return ofType(facts, 'change_applied').flatMap(({ application, item, kind }) => {
    const consent = accepted.get(application);
    return consent === undefined ? [] : [{ seq: consent.seq, item, kind, acceptedOn: consent.on }];
  });
}

function noticesOf(facts: readonly EffectiveFact[]): readonly Notice[] {
  const withdrawn = new Set(ofType(facts, 'notice_withdrawn').map((fact) => fact.notice));
  return ofType(facts, 'notice_arrived')
    .filter((fact) => !withdrawn.has(fact.seq))
    .map(({ seq, subject, on, designatedOn }) => ({
      seq,
      subject,
      arrivedOn: on,
      ...(designatedOn !== undefined && { designatedOn }),
    }));
}

/** The month for which a change counts (Art. 8-5): the one after the request, or a later one that it names. */
export function targetMonth(asked: {
  readonly askedOn: Temporal.PlainDate;
  readonly from?: Temporal.PlainYearMonth;
}): Temporal.PlainYearMonth {
  const next = monthOf(asked.askedOn).add({ months: 1 });
  return asked.from !== undefined && compareMonths(asked.from, next) > 0 ? asked.from : next;
}

function countsOf(facts: readonly EffectiveFact[], lives: readonly Life[]): ReadonlyMap<Life, readonly CountChange[]> {
  const accepted = new Set(ofType(facts, 'count_accepted').map((fact) => fact.asked));
  const refused = new Set(ofType(facts, 'count_refused').map((fact) => fact.asked));
  const byRun = new Map<Life, Map<string, CountChange>>();
  for (const { seq, subject, on: askedOn, deviceCount, from } of ofType(facts, 'count_asked')) {
    const life = accepted.has(seq) && !refused.has(seq) ? runOn(lives, subject, askedOn) : undefined;
    if (life === undefined) continue;
    const month = targetMonth({ askedOn, ...(from !== undefined && { from }) });
    const byMonth = byRun.get(life) ?? new Map<string, CountChange>();
    byRun.set(life, byMonth.set(String(month), { seq, subject, askedOn, deviceCount, month }));
  }
  return new Map(
    [...byRun].map(([life, byMonth]) => [life, [...byMonth.values()].sort((a, b) => compareMonths(a.month, b.month))]),
  );
}
