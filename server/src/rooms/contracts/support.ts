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

/** What of a device is out of support today (Art. 1, 3), with what the catalogue supports instead. */
export async function checkSupport(
  books: BookKeeper,
  tx: Tx,
  { osFamily: family, osVersion, usageMode }: EnrollingDevice,
  now: Temporal.Instant,
): Promise<readonly { readonly code: string; readonly supported: string }[]> {
  const { catalogue } = (await books.current(tx)).book;
  const version = osVersion === undefined ? {} : { version: osVersion };
  const { supported, because } = checkDevice(catalogue, { family, usageMode, ...version }, dayOf(now));
  if (supported) return [];
  return because
    .filter(({ code }) => ['os.family', 'os.version', 'usage_mode.not_supported'].includes(code))
    .map(({ code, params }) => ({ code, supported: String(params?.['supported'] ?? '') }));
}
