import { json, type Tx, tables } from '../../base/db.ts';
import type { Actor } from '../../base/http/context.ts';
import { type BillingSettings, DEFAULT_SETTINGS } from './settings.ts';
import type { BillingTables } from './tables.ts';

export type KeptSettings = { readonly version: number; readonly settings: BillingSettings };

/** The newest version; version 0 are the defaults. */
export async function currentSettings(tx: Tx): Promise<KeptSettings> {
  const row = await tables<BillingTables>(tx)
    .selectFrom('billing_settings')
    .select(['version', 'content'])
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row === undefined
    ? { version: 0, settings: DEFAULT_SETTINGS }
    : { version: row.version, settings: row.content };
}

/** A version that was current once. */
export async function settingsAt(tx: Tx, version: number): Promise<BillingSettings> {
  if (version === 0) return DEFAULT_SETTINGS;
  const row = await tables<BillingTables>(tx)
    .selectFrom('billing_settings')
    .select('content')
    .where('version', '=', version)
    .executeTakeFirstOrThrow();
  return row.content;
}

/** Of two that add the same version one fails on the key. */
export async function insertSettings(
  tx: Tx,
  { version, settings }: KeptSettings,
  by: Actor,
  now: Temporal.Instant,
): Promise<void> {
  await tables<BillingTables>(tx)
    .insertInto('billing_settings')
    .values({ version, content: json(settings), changed_at: now, changed_by: json(by) })
    .execute();
}
