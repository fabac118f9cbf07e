import { BOOK } from './book.ts';
import type { Fact, FactBody, History, KindId, RequestedSubject } from './model.ts';

/** Builders of histories for tests. */
export const day = (text: string): Temporal.PlainDate => Temporal.PlainDate.from(text);
export const month = (text: string): Temporal.PlainYearMonth => Temporal.PlainYearMonth.from(text);
export const TODAY = day('2026-11-26');

export type Entry = readonly [on: string, body: FactBody];

/** Numbers the entries in their order. */
export const history = (...entries: readonly Entry[]): History =>
  entries.map(([on, body], index): Fact => ({ seq: index + 1, on: day(on), ...body }));

export const append = (facts: History, ...entries: readonly Entry[]): History => [
  ...facts,
  ...entries.map(([on, body], index): Fact => ({ seq: facts.length + index + 1, on: day(on), ...body })),
];

/** Applied for and accepted on one day, provided and billed from days of one's choice. */
export function contract(options: {
  readonly item?: string;
  readonly kind?: KindId;
  readonly on: string;
  readonly billingStart?: string;
  readonly requests?: readonly RequestedSubject[];
  readonly quotes?: boolean;
}): History {
  const requests = [{ subject: 'service' }, ...(options.requests ?? [])];
  const subjects = requests.map(({ subject }) => subject);
  const agreed = BOOK.catalogue.licences
    .filter(({ from }) => Temporal.PlainDate.compare(from, day(options.on)) <= 0)
    .map(({ document, version, sha256 }): Entry => [options.on, { type: 'licence_agreed', document, version, sha256 }]);
  const lines = subjects
    .filter((subject) => subject !== 'operation-proxy')
    .flatMap((subject) => [
      { subject, fee: 'initial' as const, amount: 50_000, per: 'contract' as const },
      { subject, fee: 'monthly' as const, amount: 30_000, per: 'contract' as const },
    ]);
  return history(
    [
      options.on,
      {
        type: 'applied',
        application: 'a1',
        item: options.item ?? 'MaaS360',
        ...(options.kind !== undefined && { kind: options.kind }),
        requests,
      },
    ],
    ...(options.quotes === false ? [] : [[options.on, { type: 'quoted', application: 'a1', lines }] as const]),
    [options.on, { type: 'accepted', application: 'a1', startOn: day(options.on) }],
    ...agreed,
    [options.on, { type: 'activated', subjects }],
    ...(options.billingStart === undefined
      ? []
      : [[options.billingStart, { type: 'billing_started', subjects }] as const]),
  );
}
