import type { ApplicationContent } from '@tsukasa/api';

/** An application while it is being written. */
export type DraftApplication = {
  readonly type: 'service' | 'options' | 'change';
  readonly kind: string | null;
  readonly item: string | null;
  readonly deviceCount: number | string;
  /** The chosen options and how many devices each is for. */
  readonly options: Readonly<Record<string, number | string>>;
  readonly startOn: string;
};
export const EMPTY: DraftApplication = {
  type: 'service',
  kind: null,
  item: null,
  deviceCount: '',
  options: {},
  startOn: '',
};

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** The application as the API takes it; `undefined` while something that is needed is missing. */
export function contentOf(
  draft: DraftApplication,
  contractId: string | undefined,
  counted: ReadonlySet<string>,
): ApplicationContent | undefined {
  const options = Object.entries(draft.options).map(([subject, count]) => ({
    subject,
    ...(typeof count === 'number' ? { deviceCount: count } : {}),
  }));
  if (options.some((one) => counted.has(one.subject) && one.deviceCount === undefined)) return undefined;
  const startOn = DAY.test(draft.startOn) ? { startOn: draft.startOn } : {};
  if (draft.type === 'service') {
    if (draft.kind === null) return undefined;
    const count = typeof draft.deviceCount === 'number' ? { deviceCount: draft.deviceCount } : {};
    return { type: 'service', kind: draft.kind, ...count, options, ...startOn };
  }
  if (contractId === undefined) return undefined;
  if (draft.type === 'options')
    return options.length === 0 ? undefined : { type: 'options', contractId, options, ...startOn };
  if (draft.kind === null || draft.item === null) return undefined;
  return { type: 'change', contractId, item: draft.item, kind: draft.kind };
}
