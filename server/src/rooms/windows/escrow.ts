import type { IncomingMessage, ServerResponse } from 'node:http';
import { isRecoveryPassword, protectorId, volumeLetter } from '@tsukasa/windows-mdm';
import { sql } from 'kysely';
import type { Clock } from '../../base/clock.ts';
import type { Db, Tx } from '../../base/db.ts';
import { BodyReader, BodyTooLarge, Interrupted, Overloaded } from '../../base/http/bodies.ts';
import { endLingering } from '../../base/http/linger.ts';
import { type ContractorId, isUuid } from '../../base/ids.ts';
import type { Log } from '../../base/log.ts';
import type { Secrets } from '../../base/secrets.ts';
import type { Actions } from '../actions/index.ts';
import { IdentityRefusal, type KnownCertificate } from '../certificates/index.ts';
import { type DeviceId, getDevice, recordEvent } from '../devices/index.ts';
import type { EventCode } from './codes.ts';
import { changeRotation, listKeys, lockRotations, noteUpload, type Protector, storeKeys } from './recovery-store.ts';

export type EscrowDeps = {
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Log;
  readonly secrets: Secrets;
  readonly actions: () => Actions;
  /** Whose certificate a request came with; throws or rejects with `IdentityRefusal`. */
  readonly identify: (
    request: IncomingMessage,
    body: Buffer,
    contractorId: ContractorId,
  ) => KnownCertificate<unknown> | Promise<KnownCertificate<unknown>>;
};

const PATH = /^\/ManagementServer\/([0-9a-f-]{36})\/RecoveryKeys$/i;
/** A dozen volumes fit many times; a body that is larger is none of our script's. */
const LIMITS = { body: 64 * 1024, bodies: 8 * 1024 * 1024, protectors: 64, deviceId: 256 } as const;
/** How far the clock of a PC may be off. */
const SKEW_HOURS = 1;

/** Why an upload is refused, in the answer's `error`. A closed set: the script prints it. */
export const ESCROW_PROBLEMS = {
  no_identity: 401,
  unknown_certificate: 403,
  other_device: 403,
  personally_owned: 403,
  malformed: 400,
  not_a_recovery_password: 422,
  clock: 422,
  replayed: 409,
  too_large: 413,
} as const;
export type EscrowProblem = keyof typeof ESCROW_PROBLEMS;

class Refused extends Error {
  readonly problem: EscrowProblem;
  readonly deviceId: DeviceId | undefined;
  constructor(problem: EscrowProblem, deviceId?: DeviceId) {
    super(`escrow: ${problem}`);
    this.problem = problem;
    this.deviceId = deviceId;
  }
}

/** What the device is told: the protectors that are in custody, and those that it should replace. */
export type EscrowAnswer = {
  readonly stored: readonly string[];
  readonly rotate: readonly {
    readonly volume: string;
    readonly protectorId: string;
    /** Its replacement that is in custody already: then the old one only needs to be removed. */
    readonly replacedBy: string | null;
  }[];
};

type Upload = {
  readonly deviceId: string;
  readonly madeAt: Temporal.Instant;
  readonly protectors: readonly Protector[];
};

/**
 * `POST /ManagementServer/{contractorId}/RecoveryKeys`: BitLocker recovery passwords that a device hands over (an endpoint of
 * our own, `docs/protocols/windows.md`). The device proves itself by its certificate: the connection's, or a detached CMS
 * over the body in `MDM-Signature`.
 */
export class EscrowEndpoint {
  readonly #deps: EscrowDeps;
  readonly #bodies = new BodyReader({ limit: LIMITS.body, budget: LIMITS.bodies });

  constructor(deps: EscrowDeps) {
    this.#deps = deps;
  }

  /** False, having touched nothing, for any other path. */
  handle(request: IncomingMessage, response: ServerResponse): boolean {
    const [path = ''] = (request.url ?? '').split('?', 1);
    const contractorId = PATH.exec(path)?.[1]?.toLowerCase();
    if (contractorId === undefined) return false;
    if (request.method === 'POST') void this.#serve(request, response, contractorId);
    else response.writeHead(405, { allow: 'POST', 'content-length': '0' }).end();
    return true;
  }

  async #serve(request: IncomingMessage, response: ServerResponse, contractorId: string): Promise<void> {
    try {
      if (!isUuid(contractorId)) throw new Refused('unknown_certificate');
      const answer = await this.#take(request, contractorId as ContractorId);
      send(request, response, 200, answer);
    } catch (error) {
      await this.#failed(request, response, contractorId as ContractorId, error);
    }
  }

  async #take(request: IncomingMessage, contractorId: ContractorId): Promise<EscrowAnswer> {
    const { db, clock, secrets } = this.#deps;
    const body = await this.#bodies.read(request);
    const known = await this.#deps.identify(request, body, contractorId);
    const upload = readUpload(body);
    const now = clock.now();
    return db.jobsFor(contractorId, async (tx) => {
      const deviceId = await ownerOf(tx, known, upload, now);
      const { usageMode } = await getDevice(tx, contractorId, deviceId);
      if (usageMode === 'personally-owned') throw new Refused('personally_owned', deviceId);
      const protectors = upload.protectors.filter(({ recoveryPassword }) => isRecoveryPassword(recoveryPassword));
      if (protectors.length < upload.protectors.length) throw new Refused('not_a_recovery_password', deviceId);
      const skew = Math.abs(now.since(upload.madeAt).total('hours'));
      if (skew > SKEW_HOURS) throw new Refused('clock', deviceId);
      const of = { contractorId, deviceId };
      if (!(await noteUpload(tx, of, upload.madeAt, now))) throw new Refused('replayed', deviceId);
      await storeKeys(tx, secrets, of, protectors, now);
      return this.#rotate(tx, of, protectors, now);
    });
  }

  /** Ends the rotations whose protectors are gone, and tells of the others. */
  async #rotate(
    tx: Tx,
    { contractorId, deviceId }: { readonly contractorId: ContractorId; readonly deviceId: DeviceId },
    protectors: readonly Protector[],
    now: Temporal.Instant,
  ): Promise<EscrowAnswer> {
    const volumes = new Map(protectors.map(({ protectorId: id, volume }) => [id, volume]));
    const keys = await listKeys(tx, contractorId, deviceId);
    const rotate = new Map<string, EscrowAnswer['rotate'][number]>();
    for (const { actionId, protectors: old, askedAt } of await lockRotations(tx, contractorId, deviceId)) {
      const left = old.filter((id) => volumes.has(id));
      if (left.length === 0) {
        await changeRotation(tx, contractorId, actionId, { finished_at: now });
        await this.#deps.actions().finish(tx, contractorId, actionId, ended(volumes.size), now);
        continue;
      }
      await changeRotation(tx, contractorId, actionId, { told_at: now });
      for (const id of left) {
        const volume = volumes.get(id) ?? '';
        const isNew = (at: Temporal.Instant) => Temporal.Instant.compare(at, askedAt) > 0;
        const replacement = keys.find(
          (key) =>
            key.volume === volume &&
            !old.includes(key.protector_id) &&
            key.superseded_at === null &&
            isNew(key.escrowed_at),
        );
        rotate.set(id, { volume, protectorId: id, replacedBy: replacement?.protector_id ?? null });
      }
    }
    return { stored: [...volumes.keys()], rotate: [...rotate.values()] };
  }

  async #failed(
    request: IncomingMessage,
    response: ServerResponse,
    contractorId: ContractorId,
    error: unknown,
  ): Promise<void> {
    if (error instanceof Interrupted) {
      response.destroy();
      return;
    }
    if (error instanceof Overloaded) return send(request, response, 503, { error: 'busy' });
    const refused = refusalOf(error);
    if (refused === undefined) {
      this.#deps.log.error('windows.escrow_failed', { contractorId, error });
      return send(request, response, 500, { error: 'failed' });
    }
    await this.#tell(contractorId, refused);
    send(request, response, ESCROW_PROBLEMS[refused.problem], { error: refused.problem });
  }

  /** Only of devices that we know: a stranger writes nothing. */
  async #tell(contractorId: ContractorId, { problem, deviceId }: Refused): Promise<void> {
    if (deviceId === undefined) return;
    const { db, clock, log } = this.#deps;
    const kind: EventCode = 'windows.recovery_key_refused';
    const event = {
      kind,
      severity: 'warning',
      deviceId,
      dedupe: `${deviceId} ${problem}`,
      details: { problem },
    } as const;
    try {
      await db.jobsFor(contractorId, (tx) => recordEvent(tx, contractorId, { ...event, now: clock.now() }));
    } catch (error) {
      log.warn('windows.escrow_event_failed', { contractorId, error }); // the answer must go out all the same
    }
  }
}

/** A device that shows no protector at all has BitLocker off: nothing was rotated. */
function ended(protectors: number) {
  return protectors === 0
    ? ({ state: 'failed', failure: { code: 'windows.rotation_failed', params: { why: 'no_protectors' } } } as const)
    : ({ state: 'done', result: { protectors } } as const);
}

function refusalOf(error: unknown): Refused | undefined {
  if (error instanceof Refused) return error;
  if (error instanceof BodyTooLarge) return new Refused('too_large');
  if (!(error instanceof IdentityRefusal)) return undefined;
  return new Refused(error.problem === 'no_identity' ? 'no_identity' : 'unknown_certificate');
}

/** The device of a certificate that is valid, not revoked, and whose enrollment stands; it must be the one that speaks. */
async function ownerOf(
  tx: Tx,
  { contractorId, hash, notBefore, notAfter }: KnownCertificate<unknown>,
  { deviceId }: Upload,
  now: Temporal.Instant,
): Promise<DeviceId> {
  const { rows } = await sql<{ device_id: DeviceId; dev_id: string }>`
    select e.device_id, e.dev_id from windows_identities i join windows_enrollments e using (contractor_id, enrollment_id)
    where i.contractor_id = ${contractorId} and i.certificate_sha256 = ${Buffer.from(hash, 'hex')}
      and i.revoked_at is null and (i.superseded_at is null or i.superseded_at > ${now}::timestamptz)
      and e.state = 'enrolled'`.execute(tx);
  const [owner] = rows;
  const epoch = now.epochMilliseconds;
  if (owner === undefined || epoch < notBefore || epoch > notAfter) throw new Refused('unknown_certificate');
  if (owner.dev_id.toLowerCase() !== deviceId.toLowerCase()) throw new Refused('other_device', owner.device_id);
  return owner.device_id;
}

/** Throws `Refused` (`malformed`). Recovery passwords are looked at later, when it is known whose they are. */
function readUpload(body: Buffer): Upload {
  const value = parsed(body);
  const { deviceId, madeAt, volumes } = value;
  if (typeof deviceId !== 'string' || deviceId === '' || deviceId.length > LIMITS.deviceId)
    throw new Refused('malformed');
  if (!Array.isArray(volumes) || volumes.length > LIMITS.protectors) throw new Refused('malformed');
  const protectors = volumes.map(protectorOf);
  if (new Set(protectors.map(({ protectorId: id }) => id)).size !== protectors.length) throw new Refused('malformed');
  return { deviceId, madeAt: instantOf(madeAt), protectors };
}

function parsed(body: Buffer): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    if (typeof value === 'object' && value !== null) return value as Readonly<Record<string, unknown>>;
  } catch {
    // decision: what is no JSON is malformed like what is the wrong JSON
  }
  throw new Refused('malformed');
}

function protectorOf(value: unknown): Protector {
  if (typeof value !== 'object' || value === null) throw new Refused('malformed');
  const { volume, protectorId: id, recoveryPassword } = value as Readonly<Record<string, unknown>>;
  if (typeof volume !== 'string' || typeof id !== 'string' || typeof recoveryPassword !== 'string') {
    throw new Refused('malformed');
  }
  const letter = volumeLetter(volume);
  const known = protectorId(id);
  if (letter === undefined || known === undefined || recoveryPassword.length > 64) throw new Refused('malformed');
  return { volume: letter, protectorId: known, recoveryPassword };
}

function instantOf(value: unknown): Temporal.Instant {
  try {
    return Temporal.Instant.from(String(value)).round({ smallestUnit: 'microsecond' });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new Refused('malformed');
  }
}

function send(request: IncomingMessage, response: ServerResponse, status: number, body: object): void {
  const bytes = Buffer.from(JSON.stringify(body));
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': String(bytes.length),
    'cache-control': 'no-store',
  });
  endLingering(request, response, bytes);
}
