import type { AuditEntry, auditRoutes } from '@tsukasa/api';
import { type Static, Type } from 'typebox';
import type { Db } from '../../base/db.ts';
import type { Handlers } from '../../base/http/context.ts';
import { defineCursor } from '../../base/http/cursor.ts';
import { type ContractorId, PROVIDER_ID, parseUuid } from '../../base/ids.ts';
import { verifyChain } from './service.ts';
import { entriesBefore, type Filter, type Link } from './store.ts';

const Seq = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });
const cursor = defineCursor(Type.Object({ seq: Seq }, { additionalProperties: false }));

/** Handlers of the audit routes. */
export function auditHandlers(deps: { readonly db: Db }): Handlers<typeof auditRoutes> {
  const { db } = deps;
  const contractorOf = (params: { readonly contractorId: string }) =>
    parseUuid<'Contractor'>(params.contractorId, 'contractorId');
  return {
    listAudit: ({ params, query }) => list(db, contractorOf(params), query),
    verifyAudit: ({ params }) => verifyChain(db, contractorOf(params)),
    listProviderAudit: ({ query }) => list(db, PROVIDER_ID, query),
    verifyProviderAudit: () => verifyChain(db, PROVIDER_ID),
  };
}

type Query = Static<typeof auditRoutes.listAudit.query>;

async function list(db: Db, contractorId: ContractorId, query: Query) {
  const { limit = 50, cursor: at, ...filter }: { limit?: number; cursor?: string } & Filter = query;
  const before = cursor.decode(at)?.seq;
  const links = await db.asContractor(contractorId, (tx) => entriesBefore(tx, contractorId, filter, before, limit + 1));
  const items = links.slice(0, limit).map(answerOf);
  const last = items.at(-1);
  return { items, nextCursor: links.length > limit && last ? cursor.encode({ seq: last.seq }) : null };
}

function answerOf({ entry, hash }: Link): AuditEntry {
  return {
    seq: entry.seq,
    at: entry.at.toString(),
    actor: { kind: kindOf(entry.actorKind), id: entry.actorId, name: entry.actorName },
    action: entry.action,
    target: { kind: entry.targetKind, id: entry.targetId, name: entry.targetName },
    reason: entry.reason,
    details: { ...entry.details },
    requestId: entry.requestId,
    sourceIp: entry.sourceIp,
    hash: hash.toString('hex'),
  };
}

const ACTOR_KINDS = ['user', 'token', 'system', 'device'] as const;

function kindOf(kind: string): (typeof ACTOR_KINDS)[number] {
  const known = ACTOR_KINDS.find((candidate) => candidate === kind);
  if (known === undefined) throw new Error('an audit entry has an unknown kind of actor');
  return known;
}
