import type * as api from '@tsukasa/api';
import { CLAUSES, licenceHash, parseCatalogue, parseRevision } from '@tsukasa/terms';
import type { Tx } from '../../base/db.ts';
import { DomainError } from '../../base/errors.ts';
import type { RequestContext } from '../../base/http/context.ts';
import { PROVIDER_ID } from '../../base/ids.ts';
import { addJob } from '../../base/jobs.ts';
import * as store from './book-store.ts';
import { REDERIVE } from './daily.ts';
import type { LedgerDeps } from './ledger.ts';
import { dayOf } from './model.ts';
import { parseDay } from './reading.ts';
import { underTerms } from './refusals.ts';
import { bookHash } from './verify-book.ts';

/** The clauses of the terms in their original wording, with our translation. */
export function listClauses(): api.Clause[] {
  return CLAUSES.map(({ clause, heading, text }) => ({ clause, heading: { ...heading }, text: { ...text } }));
}

export function getCatalogue(deps: LedgerDeps): Promise<api.Catalogue> {
  return deps.db.asProvider(async (tx) => {
    await deps.books.current(tx);
    return present(await store.currentCatalogue(tx));
  });
}

function present({ version, content, changed_at, changed_by }: store.CatalogueRow): api.Catalogue {
  return {
    version,
    changedAt: changed_at.toString(),
    changedBy: changed_by,
    content: content as api.CatalogueContent, // parsed before it was stored
  };
}

/** Throws `conflict` when somebody changed it in between, `invalid` for a catalogue that contradicts itself. */
export function changeCatalogue(
  deps: LedgerDeps,
  request: { readonly version: number; readonly content: api.CatalogueContent },
  context: RequestContext,
): Promise<api.Catalogue> {
  const { content } = request;
  underTerms('invalid', () => parseCatalogue(content));
  const now = deps.clock.now();
  return changingBook(deps, async (tx) => {
    const before = await store.currentCatalogue(tx);
    if (before.version !== request.version) {
      throw new DomainError('conflict', 'the catalogue was changed in between', {
        reason: 'catalogue.changed_meanwhile',
        params: { version: before.version, by: before.changed_by },
      });
    }
    keepAgreedTexts(before.content as api.CatalogueContent, content);
    const row = { version: before.version + 1, content, changed_at: now, changed_by: context.actor.name };
    await store.insertCatalogue(tx, row);
    await raise(tx);
    await deps.surroundings.catalogueChanged(tx);
    await record(deps, tx, context, 'catalogue.changed', { version: row.version, sha256: bookHash(content) });
    return present(row);
  });
}

/** A version of a licence that stands in the catalogue is what people agreed to: its words stay (Art. 7, 9-2). */
function keepAgreedTexts(before: api.CatalogueContent, after: api.CatalogueContent): void {
  for (const licence of before.licences) {
    const same = after.licences.find(
      ({ document, version }) => document === licence.document && version === licence.version,
    );
    if (same !== undefined && licenceHash(same) === licenceHash(licence)) continue;
    throw new DomainError('conflict', 'a version of a licence never changes', {
      reason: 'catalogue.licence_changed',
      params: { document: licence.document, version: licence.version },
      clause: 'art-9-2',
    });
  }
}

/** One editor of the book at a time, in the provider's own chain. */
function changingBook<R>(deps: LedgerDeps, fn: (tx: Tx) => Promise<R>): Promise<R> {
  return deps.db.asContractor(PROVIDER_ID, async (tx) => {
    await deps.books.current(tx);
    await store.lockBook(tx);
    return fn(tx);
  });
}

/** From here on every copy derives anew; what lists show follows in the background. */
async function raise(tx: Tx): Promise<void> {
  await store.raiseBook(tx);
  await addJob(tx, REDERIVE, {}, { key: 'contracts.rederive' });
}

function record(
  deps: LedgerDeps,
  tx: Tx,
  { actor, requestId, sourceIp }: RequestContext,
  action: string,
  details: Readonly<Record<string, unknown>>,
): Promise<void> {
  const target = { kind: 'terms', id: String(details['effectiveOn'] ?? 'catalogue'), name: '' };
  return deps.recordAudit(tx, PROVIDER_ID, {
    at: deps.clock.now(),
    actor,
    action,
    target,
    details,
    requestId,
    sourceIp,
  });
}

// ---- Revisions ------------------------------------------------------------------------------------------------------------

function presentRevision({
  effective_on,
  state,
  content,
  changed_at,
  changed_by,
}: store.RevisionRow): api.TermsRevision {
  return {
    effectiveOn: effective_on.toString(),
    state,
    ...(content as api.TermsRevisionContent),
    changedAt: changed_at?.toString() ?? null,
    changedBy: changed_by,
  };
}

/** In the order of their days. */
export function listRevisions(deps: LedgerDeps): Promise<api.TermsRevision[]> {
  return deps.db.asProvider(async (tx) => {
    await deps.books.current(tx);
    return (await store.listRevisions(tx)).map(presentRevision);
  });
}

/** Writes a draft. Throws `conflict` for a day whose revision is published, `invalid` for rules that contradict themselves. */
export function putDraft(
  deps: LedgerDeps,
  effectiveOn: string,
  content: api.TermsRevisionContent,
  context: RequestContext,
): Promise<api.TermsRevision> {
  const day = parseDay(effectiveOn, ':effectiveOn');
  underTerms('invalid', () => parseRevision({ ...content, effectiveOn }));
  const now = deps.clock.now();
  return changingBook(deps, async (tx) => {
    const before = await store.findRevision(tx, day);
    if (before?.state === 'published') throw published(effectiveOn);
    await store.putDraft(tx, day, { content, changed_at: now, changed_by: context.actor.name });
    await record(deps, tx, context, 'terms.drafted', { effectiveOn });
    return presentRevision(await existing(tx, day));
  });
}

/** Throws `not_found`, `conflict` for a published one. */
export function deleteDraft(deps: LedgerDeps, effectiveOn: string, context: RequestContext): Promise<void> {
  const day = parseDay(effectiveOn, ':effectiveOn');
  return changingBook(deps, async (tx) => {
    const { state } = await existing(tx, day);
    if (state === 'published') throw published(effectiveOn);
    await store.deleteDraft(tx, day);
    await record(deps, tx, context, 'terms.draft_dropped', { effectiveOn });
  });
}

/** Publishes a draft for a day that is still to come; from then on nobody can change it. Throws `not_found`, `conflict`. */
export function publishRevision(
  deps: LedgerDeps,
  effectiveOn: string,
  context: RequestContext,
): Promise<api.TermsRevision> {
  const day = parseDay(effectiveOn, ':effectiveOn');
  const now = deps.clock.now();
  return changingBook(deps, async (tx) => {
    const { state, content } = await existing(tx, day);
    if (state === 'published') throw published(effectiveOn);
    if (Temporal.PlainDate.compare(day, dayOf(now)) <= 0) {
      throw new DomainError('conflict', 'a revision takes effect on a day to come', {
        reason: 'revision.not_in_future',
        params: { effectiveOn, today: dayOf(now).toString() },
      });
    }
    await store.publish(tx, day, context.actor.name, now);
    await raise(tx);
    await record(deps, tx, context, 'terms.published', { effectiveOn, sha256: bookHash(content) });
    return presentRevision(await existing(tx, day));
  });
}

async function existing(tx: Tx, day: Temporal.PlainDate): Promise<store.RevisionRow> {
  const found = await store.findRevision(tx, day);
  if (found !== undefined) return found;
  throw new DomainError('not_found', 'no such revision', { reason: 'revision.not_found' });
}

function published(effectiveOn: string): DomainError {
  return new DomainError('conflict', 'a published revision never changes', {
    reason: 'revision.published',
    params: { effectiveOn },
  });
}
