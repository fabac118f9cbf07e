import type { FeeRule, Revision, Rules, Transition, Words } from '../model.ts';

const day = (text: string): Temporal.PlainDate => Temporal.PlainDate.from(text);

const OPTION_FEES: readonly FeeRule[] = [
  { subject: 'secure-app-connect', initial: { type: 'quoted' }, monthly: { type: 'quoted' } },
  {
    subject: 'operation-proxy',
    initial: { type: 'fixed', amount: 20_000, per: 'contract' },
    monthly: { type: 'fixed', amount: 150, per: 'device' },
  },
];

/** The terms as of 2025-04-01. */
const RULES: Rules = {
  noticeDays: 30,
  oneContractPerKind: true,
  onlyTogether: [{ kind: 'app-only', option: 'secure-app-connect' }],
  linkedEndings: [{ kind: 'app-only', option: 'secure-app-connect' }],
  countChanges: ['operation-proxy'],
  fees: [
    { subject: 'service', kind: 'device-and-app', initial: { type: 'quoted' }, monthly: { type: 'quoted' } },
    { subject: 'service', kind: 'app-only', initial: { type: 'quoted' }, monthly: { type: 'quoted' } },
    ...OPTION_FEES,
  ],
};

/** Before the item MaaS360 there were no kinds, so the service has one line in the schedule. */
const RULES_WITHOUT_KINDS: Rules = {
  ...RULES,
  fees: [{ subject: 'service', initial: { type: 'quoted' }, monthly: { type: 'quoted' } }, ...OPTION_FEES],
};

/**
 * The text of earlier versions is not at hand: of them only the days and the transitional rules are known, from the
 * supplementary provisions of today's version. Their rules are recorded with today's numbers, and their title says so.
 */
const ASSUMED: Words = {
  ja: '（本文は未確認。規則は2025年4月1日版の数値による）',
  en: ' (text not at hand; rules with the numbers of 2025-04-01)',
};

function earlier(effectiveOn: string, rules: Rules, transitions: readonly Transition[] = []): Revision {
  const [year, month, date] = effectiveOn.split('-').map(Number);
  return {
    effectiveOn: day(effectiveOn),
    title: {
      ja: `${year}年${month}月${date}日実施${ASSUMED.ja}`,
      en: `In effect from ${effectiveOn}${ASSUMED.en}`,
    },
    rules,
    transitions,
  };
}

/** Sup. 2011-10-01 (2). */
const IPAD_RENAMED: Transition = {
  type: 'renamed',
  item: 'iPad',
  madeUntil: day('2011-09-30'),
  to: 'デバイス管理',
  clause: 'sup-2011-10-01-2',
};
/** Sup. 2016-04-01 (2), (3). */
const PREVIOUS_TERMS: readonly Transition[] = [
  {
    type: 'previous_terms',
    subject: { item: 'デバイス管理' },
    madeUntil: day('2016-03-31'),
    until: day('2017-06-30'),
    clause: 'sup-2016-04-01-2',
  },
  {
    type: 'previous_terms',
    subject: { option: 'operation-proxy' },
    madeUntil: day('2016-03-31'),
    until: day('2017-06-30'),
    clause: 'sup-2016-04-01-3',
  },
];

/** Every version of the terms since the service began, in the order of their days (supplementary provisions). */
export const REVISIONS: readonly Revision[] = [
  earlier('2011-05-01', RULES_WITHOUT_KINDS),
  earlier('2011-10-01', RULES_WITHOUT_KINDS, [IPAD_RENAMED]),
  earlier('2011-11-01', RULES_WITHOUT_KINDS),
  earlier('2012-09-01', RULES_WITHOUT_KINDS),
  earlier('2013-09-01', RULES_WITHOUT_KINDS),
  earlier('2014-04-01', RULES_WITHOUT_KINDS),
  earlier('2015-07-01', RULES_WITHOUT_KINDS),
  earlier('2016-01-01', RULES_WITHOUT_KINDS),
  earlier('2016-04-01', RULES, PREVIOUS_TERMS),
  earlier('2017-02-01', RULES),
  earlier('2017-07-01', RULES),
  earlier('2024-01-01', RULES),
  {
    effectiveOn: day('2025-04-01'),
    title: { ja: '2025年4月1日実施', en: 'In effect from 2025-04-01' },
    rules: RULES,
    transitions: [],
  },
];
