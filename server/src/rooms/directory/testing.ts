import { ROLE_PERMISSIONS, type Role, type Route } from '@tsukasa/api';
import { fixedClock } from '../../base/clock.ts';
import { DomainError } from '../../base/errors.ts';
import type { Handlers, RequestContext } from '../../base/http/context.ts';
import { answerChecker } from '../../base/http/validation.ts';
import { type ContractorId, newId } from '../../base/ids.ts';
import { createSecrets } from '../../base/secrets.ts';
import { TEST_MASTER_KEY, testDatabase } from '../../base/testing.ts';
import { recordAudit } from '../audit/index.ts';

/** What a room's tests stand on: a database of their own, a clock that they move, the real trail and real sealing. */
export async function testGround() {
  const database = await testDatabase();
  const clock = fixedClock();
  const secrets = createSecrets(TEST_MASTER_KEY, clock);
  const newContractor = async (name = 'テスト株式会社'): Promise<ContractorId> => {
    const contractorId = newId<'Contractor'>();
    await database.query(
      'insert into contractors (contractor_id, name, created_at, updated_at) values ($1, $2, now(), now())',
      [contractorId, name],
    );
    return contractorId;
  };
  /** What was audited of a contractor, in order. */
  const audited = (contractorId: ContractorId) =>
    database.query<{ action: string; target_id: string; reason: string | null; details: Record<string, unknown> }>(
      'select action, target_id, reason, details from audit_entries where contractor_id = $1 order by seq',
      [contractorId],
    );
  return { ...database, clock, secrets, recordAudit, newContractor, audited };
}
export type TestGround = Awaited<ReturnType<typeof testGround>>;

/** A request by somebody who has a role in a contractor. */
export function requestBy(
  role: Role,
  contractorId: ContractorId,
  options: {
    readonly fresh?: boolean;
    readonly name?: string;
    readonly id?: string;
    readonly token?: { readonly madeBy?: string };
  } = {},
): RequestContext {
  const id = options.id ?? `user-${role}`;
  const can: RequestContext['can'] = (permission) => ROLE_PERMISSIONS[role].has(permission);
  return {
    actor: { kind: options.token === undefined ? 'user' : 'token', id, name: options.name ?? role },
    behind: options.token === undefined ? id : options.token.madeBy,
    contractorId,
    requestId: 'request-1',
    sourceIp: '192.0.2.1',
    language: 'ja',
    can,
    require: (permission) => {
      if (!can(permission)) throw new DomainError('forbidden', 'not allowed');
    },
    requireFresh: () => {
      if (options.fresh === false) throw new DomainError('reauthentication_required', 'not fresh');
    },
  };
}

type AnyHandler = (input: object, context: RequestContext) => Promise<unknown>;

/** The same handlers, whose answers are checked against the schemas of their routes. */
export function checkingAnswers<const T extends Readonly<Record<string, Route>>>(
  routes: T,
  handlers: Handlers<T>,
): Handlers<T> {
  const entries = Object.entries(routes).map(([name, route]) => {
    const handler = handlers[name] as unknown as AnyHandler;
    const check =
      route.response === null || route.contentType !== undefined ? undefined : answerChecker(route.response, name);
    const checked: AnyHandler = async (input, context) => {
      const answer = await handler(input, context);
      check?.(answer);
      return answer;
    };
    return [name, checked];
  });
  return Object.fromEntries(entries) as Handlers<T>;
}

/** Fits `assert.rejects`: a `DomainError` with this code and, if given, this reason. */
export const refusal = (code: DomainError['code'], reason?: string) => (error: unknown) => {
  if (!(error instanceof DomainError)) throw error;
  if (error.code !== code || (reason !== undefined && error.reason !== reason)) {
    throw new Error(`expected ${code} ${reason ?? ''}, got ${error.code} ${error.reason ?? ''}: ${error.message}`);
  }
  return true;
};
