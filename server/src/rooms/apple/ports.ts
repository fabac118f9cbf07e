import { type Tx, tables } from '../../base/db.ts';
import { DomainError } from '../../base/errors.ts';
import type { ContractorId } from '../../base/ids.ts';
import type {
  Certificates,
  IdentityBinding,
  IdentityBindings,
  PushTopicUse,
  RevocationListener,
} from '../certificates/index.ts';
import type { DeviceChannel, DeviceId, InvitationGate } from '../devices/index.ts';
import type { EnrollmentId } from './model.ts';
import type { WakeUps } from './push/index.ts';
import type { AppleTables } from './tables.ts';

// What other rooms ask of this one, through ports that they declare.

const at = (tx: Tx) => tables<AppleTables>(tx);

/** How the device page sees the channel. */
export function createChannel(certificates: () => Certificates): DeviceChannel {
  return {
    describe: (tx, contractorId, deviceId) => describe(certificates(), tx, contractorId, deviceId),
    details: async () => [],
    deadTokens: async (tx, contractorId) => {
      const rows = await at(tx)
        .selectFrom('apple_wakeups as w')
        .innerJoin('apple_enrollments as e', (join) =>
          join.onRef('e.contractor_id', '=', 'w.contractor_id').onRef('e.enrollment_id', '=', 'w.enrollment_id'),
        )
        .select('e.device_id')
        .where('w.contractor_id', '=', contractorId)
        .where('w.token_dead_at', 'is not', null)
        .where('e.state', '=', 'enrolled')
        .execute();
      return rows.map((row) => row.device_id as DeviceId);
    },
  };
}

async function describe(certificates: Certificates, tx: Tx, contractorId: ContractorId, deviceId: DeviceId) {
  const row = await at(tx)
    .selectFrom('apple_enrollments as e')
    .leftJoin('apple_wakeups as w', (join) =>
      join.onRef('w.contractor_id', '=', 'e.contractor_id').onRef('w.enrollment_id', '=', 'e.enrollment_id'),
    )
    .select(['e.enrollment_id', 'e.state', 'e.topic', 'w.wake_at', 'w.last_sent_at', 'w.last_status'])
    .select(['w.last_reason', 'w.token_dead_at', 'w.observe_at'])
    .where('e.contractor_id', '=', contractorId)
    .where('e.device_id', '=', deviceId)
    .orderBy('e.authenticated_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  const identity = row && (await currentIdentity(tx, contractorId, row.enrollment_id));
  const whyNot = await whyNotWake(certificates, tx, contractorId, row);
  return {
    canWake: whyNot === null,
    whyNot,
    lastWakeAt: row?.last_sent_at?.toString() ?? null,
    lastWakeAnswer: row?.last_reason ?? row?.last_status?.toString() ?? null,
    nextWakeAt: row?.wake_at?.toString() ?? null,
    nextObservationAt: row?.observe_at?.toString() ?? null,
    nextContactAt: null,
    nextContactBasis: whyNot === 'not_enrolled' ? null : { code: 'apple.woken_only' },
    identityNotAfter: identity?.not_after.toString() ?? null,
    identitySerial: identity?.serial ?? null,
  };
}

async function whyNotWake(
  certificates: Certificates,
  tx: Tx,
  contractorId: ContractorId,
  row: { readonly state: string; readonly topic: string; readonly token_dead_at: Temporal.Instant | null } | undefined,
): Promise<string | null> {
  if (row === undefined || row.state !== 'enrolled') return 'not_enrolled';
  if (row.token_dead_at !== null) return 'push_token_dead';
  const push = await certificates.pushCertificateFor(tx, contractorId, row.topic);
  return push === undefined ? 'no_push_certificate' : null;
}

function currentIdentity(tx: Tx, contractorId: ContractorId, enrollmentId: string) {
  return at(tx)
    .selectFrom('apple_identities')
    .select(['serial', 'not_after'])
    .where('contractor_id', '=', contractorId)
    .where('enrollment_id', '=', enrollmentId)
    .orderBy('first_used_at', 'desc')
    .limit(1)
    .executeTakeFirst();
}

/** Without a push certificate a device could be enrolled and never be spoken to again. */
export function createGate(certificates: () => Certificates): InvitationGate {
  return {
    modes: { 'company-owned': ['device'], 'personally-owned': ['device'] },
    methods: async (_contractorId, { url }) => [{ kind: 'link', value: url, expiresAt: null, notes: [] }],
    check: async (tx, contractorId, now) => {
      const push = await certificates().currentPushCertificate(tx, contractorId);
      if (push === undefined) {
        throw new DomainError('precondition_failed', 'no push certificate', { reason: 'push_certificate.missing' });
      }
      if (Temporal.Instant.compare(push.notAfter, now) <= 0) {
        throw new DomainError('precondition_failed', 'the push certificate has expired', {
          reason: 'push_certificate.expired',
          params: { notAfter: push.notAfter.toString() },
        });
      }
    },
  };
}

/** Which device uses which certificate. */
export const bindings: IdentityBindings = {
  ofDevice: async (tx, contractorId, deviceId) => {
    const rows = await bindingRows(tx, contractorId)
      .where('e.device_id', '=', deviceId)
      .orderBy('i.first_used_at', 'desc')
      .execute();
    return rows.map(bindingOf);
  },
  ofSerial: async (tx, contractorId, serial) => {
    const row = await bindingRows(tx, contractorId).where('i.serial', '=', serial).executeTakeFirst();
    return row && bindingOf(row);
  },
};

function bindingRows(tx: Tx, contractorId: ContractorId) {
  return at(tx)
    .selectFrom('apple_identities as i')
    .innerJoin('apple_enrollments as e', (join) =>
      join.onRef('e.contractor_id', '=', 'i.contractor_id').onRef('e.enrollment_id', '=', 'i.enrollment_id'),
    )
    .select(['i.serial', 'e.enrollment_id', 'e.device_id', 'e.state'])
    .where('i.contractor_id', '=', contractorId);
}

function bindingOf(row: {
  readonly serial: string;
  readonly enrollment_id: string;
  readonly device_id: string;
  readonly state: string;
}): IdentityBinding {
  return {
    serial: row.serial,
    enrollmentId: row.enrollment_id as EnrollmentId,
    deviceId: row.device_id as DeviceId,
    live: row.state !== 'gone',
  };
}

/** The mark that every contact's statement reads: from its commit on the certificate opens nothing, on every copy. */
export const revocations: RevocationListener = {
  revoked: async (tx, contractorId, { serial, at: when }) => {
    await at(tx)
      .updateTable('apple_identities')
      .set({ revoked_at: when })
      .where('contractor_id', '=', contractorId)
      .where('serial', '=', serial)
      .where('revoked_at', 'is', null)
      .execute();
  },
};

/** Who depends on the push certificate. */
export function createTopicUse(wakeUps: () => WakeUps): PushTopicUse {
  return {
    count: async (tx, contractorId, topic) => {
      const row = await at(tx)
        .selectFrom('apple_enrollments')
        .select((eb) => eb.fn.countAll<number>().as('count'))
        .where('contractor_id', '=', contractorId)
        .where('topic', '=', topic)
        .where('state', '<>', 'gone')
        .executeTakeFirst();
      return row?.count ?? 0;
    },
    replaced: (tx, contractorId, now) => wakeUps().pushCertificateReplaced(tx, contractorId, now),
  };
}
