import { checkDevice } from '@tsukasa/terms';
import type { Tx } from '../../base/db.ts';
import type { BookKeeper } from './book.ts';
import { dayOf } from './model.ts';

/** A device as it enrolls; its version is undefined while it has not said it. */
export type EnrollingDevice = {
  readonly osFamily: string;
  readonly osVersion: string | undefined;
  readonly usageMode: string;
};

/** What of a device is out of support, with what the catalogue supports instead, in its words (`iOS 16+`). */
export type OutOfSupport = {
  readonly code: string;
  readonly what: 'os' | 'usage_mode';
  readonly supported: string;
};
const WHAT = new Map<string, OutOfSupport['what']>([
  ['os.family', 'os'],
  ['os.version', 'os'],
  ['usage_mode.not_supported', 'usage_mode'],
]);

/** What of a device is out of support today (Art. 1, 3); empty for one that is supported. */
export async function checkSupport(
  books: BookKeeper,
  tx: Tx,
  { osFamily: family, osVersion, usageMode }: EnrollingDevice,
  now: Temporal.Instant,
): Promise<readonly OutOfSupport[]> {
  const { catalogue } = (await books.current(tx)).book;
  const version = osVersion === undefined ? {} : { version: osVersion };
  const { supported, because } = checkDevice(catalogue, { family, usageMode, ...version }, dayOf(now));
  if (supported) return [];
  return because.flatMap(({ code, params }) => {
    const what = WHAT.get(code);
    return what === undefined ? [] : [{ code, what, supported: String(params?.['supported'] ?? '') }];
  });
}
