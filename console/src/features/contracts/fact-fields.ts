/** What an entry of the history holds, by its type: how each value is shown and asked for. Names as in packages/terms. */
export const FIELD_KINDS = [
  'text',
  'day',
  'month',
  'count',
  'yen',
  'entry',
  'item',
  'kind',
  'subject',
  'subjects',
  'licence',
  'requests',
  'lines',
] as const;
export type FieldKind = (typeof FIELD_KINDS)[number];
export type Field = { readonly name: string; readonly kind: FieldKind; readonly optional?: boolean };

const field = (name: string, kind: FieldKind, optional = false): Field => ({ name, kind, optional });
const application = field('application', 'text');
const reason = field('reason', 'text');

export const FACT_FIELDS = {
  applied: [
    application,
    field('item', 'item'),
    field('kind', 'kind', true),
    field('requests', 'requests'),
    field('startOn', 'day', true),
  ],
  change_applied: [application, field('item', 'item'), field('kind', 'kind')],
  quoted: [
    field('application', 'text', true),
    field('lines', 'lines'),
    field('from', 'month', true),
    field('validUntil', 'day', true),
  ],
  accepted: [application, field('startOn', 'day')],
  refused: [application, reason, field('clause', 'text', true)],
  withdrawn: [application, field('reason', 'text', true)],
  licence_agreed: [field('document', 'licence'), field('version', 'text'), field('sha256', 'text')],
  activated: [field('subjects', 'subjects')],
  billing_started: [field('subjects', 'subjects')],
  count_asked: [field('subject', 'subject'), field('deviceCount', 'count'), field('from', 'month', true)],
  count_accepted: [field('asked', 'entry')],
  count_refused: [field('asked', 'entry'), reason],
  notice_arrived: [field('subject', 'subject'), field('designatedOn', 'day', true)],
  notice_withdrawn: [field('notice', 'entry'), reason],
  one_time_fee: [field('subject', 'subject'), field('amount', 'yen'), field('cause', 'text')],
  ended: [field('subjects', 'subjects')],
} as const satisfies Readonly<Record<string, readonly Field[]>>;
export type FactType = keyof typeof FACT_FIELDS;
export const FACT_TYPES = Object.keys(FACT_FIELDS).filter((key): key is FactType => key in FACT_FIELDS);

export function fieldsOf(type: string): readonly Field[] {
  const known = FACT_TYPES.find((one) => one === type);
  return known === undefined ? [] : FACT_FIELDS[known];
}

export type Body = Readonly<Record<string, unknown>>;
export type Request = { readonly subject: string; readonly deviceCount?: number };
export type Line = {
  readonly subject: string;
  readonly fee: 'initial' | 'monthly';
  readonly amount: number;
  readonly per: 'contract' | 'device';
  readonly os?: string;
  readonly deviceCount?: number;
};

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Readers of recorded bodies: what is not in the expected form is left out. */
export function requestsOf(value: unknown): readonly Request[] {
  return (Array.isArray(value) ? value : []).filter(isRecord).map((one) => ({
    subject: String(one['subject'] ?? ''),
    ...(typeof one['deviceCount'] === 'number' ? { deviceCount: one['deviceCount'] } : {}),
  }));
}
export function linesOf(value: unknown): readonly Line[] {
  return (Array.isArray(value) ? value : []).filter(isRecord).map((one) => ({
    subject: String(one['subject'] ?? ''),
    fee: one['fee'] === 'initial' ? 'initial' : 'monthly',
    amount: Number(one['amount'] ?? 0),
    per: one['per'] === 'device' ? 'device' : 'contract',
    ...(typeof one['os'] === 'string' ? { os: one['os'] } : {}),
    ...(typeof one['deviceCount'] === 'number' ? { deviceCount: one['deviceCount'] } : {}),
  }));
}
export function textsOf(value: unknown): readonly string[] {
  return (Array.isArray(value) ? value : []).filter((one) => typeof one === 'string');
}
/** The body that a correction puts in place of another, and its day. */
export function correctionOf(
  body: Body,
): { readonly on: string; readonly type: string; readonly body: Body } | undefined {
  const by = body['by'];
  if (!isRecord(by)) return undefined;
  const inner = isRecord(by['body']) ? by['body'] : by;
  return { on: String(by['on'] ?? ''), type: String(inner['type'] ?? ''), body: inner };
}
