import { createHash } from 'node:crypto';
import type { Tx } from '../../base/db.ts';
import { DomainError } from '../../base/errors.ts';
import type { Actor, RequestContext } from '../../base/http/context.ts';
import { PROVIDER_ID } from '../../base/ids.ts';
import * as store from './closing-store.ts';
import { byContractor, compareMonths, dayOf, type Month } from './days.ts';
import type { BillingDeps } from './deps.ts';
import { draftAll, frameOf, rowFingerprint } from './draft.ts';
import type { Row } from './model.ts';
import { sumYen } from './money.ts';
import { alreadyClosed, requireNext } from './order.ts';
import { currentSettings } from './settings-store.ts';

/** Who asked, and from where: what the trail says of it. */
export type Author = Pick<RequestContext, 'actor' | 'requestId' | 'sourceIp'>;

/**
 * Drafts the closing of a month, or drafts it again: every row is computed anew and kept with its fingerprint. Throws
 * `conflict`: already closed, out of order, not over, or being worked on.
 */
export async function draftClosing(deps: BillingDeps, month: Month, author: Author): Promise<store.ClosingRecord> {
  await requireNext(deps, month);
  const now = deps.clock.now();
  return deps.db.jobs(async (tx) => {
    const { state } = await store.lockClosing(tx, month);
    if (state !== 'open' && state !== 'draft') throw alreadyClosed(month);
    await store.deleteRows(tx, month);
    const { version, settings } = await currentSettings(tx);
    const frame = await frameOf(deps, tx, month, settings);
    const sums = new Summing();
    for await (const rows of draftAll(deps, tx, frame)) {
      const printed = rows.map((row) => ({ ...row, fingerprint: rowFingerprint(row) }));
      await store.insertRows(tx, month, printed);
      for (const row of printed) sums.add(row);
    }
    const draft = { settingsVersion: version, fingerprint: sums.fingerprint(version), sums: sums.sums() };
    await store.putDraft(tx, month, draft, author.actor, now);
    await recordClosing(deps, tx, 'closing.drafted', month, author, { fingerprint: draft.fingerprint, ...draft.sums });
    const kept = await store.findClosing(tx, month);
    if (kept === undefined) throw new Error('a draft cannot be read back');
    return kept;
  });
}

export async function recordClosing(
  deps: BillingDeps,
  tx: Tx,
  action: string,
  month: Month,
  author: Author | { readonly actor: Actor },
  details: Readonly<Record<string, unknown>>,
): Promise<void> {
  const target = { kind: 'closing', id: month.toString(), name: month.toString() };
  await deps.recordAudit(tx, PROVIDER_ID, { at: deps.clock.now(), ...author, action, target, details });
}

/** Sums and fingerprint of rows that come in the order of their contractors. */
class Summing {
  readonly #hash = createHash('sha256');
  readonly #rows: (Pick<Row, 'net' | 'tax' | 'total' | 'previousNet'> & { contractors: number; problems: number })[] =
    [];

  add(row: store.DraftedRow): void {
    this.#hash.update(row.fingerprint);
    const { net, tax, total, previousNet, problems } = row;
    const contractors = store.documentsOf(row) > 0 ? 1 : 0;
    this.#rows.push({ net, tax, total, previousNet, contractors, problems: problems.length });
  }

  /** What is issued also depends on the settings, so a draft made under others is another. */
  fingerprint(settingsVersion: number): string {
    return this.#hash.update(`settings ${settingsVersion}`).digest('hex');
  }

  sums(): store.Sums {
    const sum = (of: (row: store.Sums) => number) => sumYen(this.#rows.map(of));
    return {
      contractors: sum(({ contractors }) => contractors),
      net: sum(({ net }) => net),
      tax: sum(({ tax }) => tax),
      total: sum(({ total }) => total),
      previousNet: sum(({ previousNet }) => previousNet),
      problems: sum(({ problems }) => problems),
    };
  }
}

export type Preview = { readonly sums: store.Sums; readonly rows: readonly Row[]; readonly more: boolean };

/** How far ahead of today a closing can be previewed, in months. */
const AHEAD = 24;

/**
 * What closing a month would issue, or would issue again for a month that is closed; nothing is kept. Rows after one
 * contractor, sums over all. Throws `invalid` for a month more than two years ahead.
 */
export async function previewClosing(
  deps: BillingDeps,
  month: Month,
  page: { readonly after: string | undefined; readonly limit: number },
): Promise<Preview> {
  if (compareMonths(month, dayOf(deps.clock.now()).toPlainYearMonth().add({ months: AHEAD })) > 0)
    throw new DomainError('invalid', 'the month is too far ahead', { reason: 'billing.preview_far' });
  return deps.db.jobs(async (tx) => {
    const { settings } = await currentSettings(tx);
    const frame = await frameOf(deps, tx, month, settings);
    const sums = new Summing();
    const shown: Row[] = [];
    for await (const rows of draftAll(deps, tx, frame)) {
      for (const row of rows.toSorted(byContractor)) {
        sums.add({ ...row, fingerprint: Buffer.alloc(0) });
        const wanted = page.after === undefined || row.contractorId > page.after;
        if (wanted && shown.length <= page.limit) shown.push(row);
      }
    }
    return { sums: sums.sums(), rows: shown.slice(0, page.limit), more: shown.length > page.limit };
  });
}
