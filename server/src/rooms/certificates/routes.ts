import type { certificateRoutes, IssuedCertificate } from '@tsukasa/api';
import type { Static } from 'typebox';
import type { Clock } from '../../base/clock.ts';
import type { Db } from '../../base/db.ts';
import type { Handlers, RecordAudit, RequestContext } from '../../base/http/context.ts';
import { type ContractorId, parseUuid } from '../../base/ids.ts';
import { getDevice } from '../devices/index.ts';
import { listBySerials } from './issued-store.ts';
import type { IdentityBinding, IdentityBindings, Issued, RevocationListener } from './model.ts';
import type { PushCertificates } from './push-certificate.ts';
import { revoke } from './revocation.ts';

type Deps = {
  readonly db: Db;
  readonly clock: Clock;
  readonly recordAudit: RecordAudit;
  readonly bindings: IdentityBindings;
  readonly revocations: RevocationListener;
  readonly push: PushCertificates;
};

function by({ actor, requestId, sourceIp }: RequestContext) {
  return { actor, requestId, sourceIp };
}

function contractorOf(id: string): ContractorId {
  return parseUuid(id, 'contractorId');
}

export function certificateHandlers(deps: Deps): Handlers<typeof certificateRoutes> {
  const { db, push, bindings } = deps;
  return {
    getPushCertificate: async ({ params }) => {
      const contractorId = contractorOf(params.contractorId);
      return db.asContractor(contractorId, (tx) => push.describe(tx, contractorId));
    },
    putPushCertificate: async ({ params, body }, context) => {
      const contractorId = contractorOf(params.contractorId);
      return db.asContractor(contractorId, async (tx) => {
        await push.upload(tx, contractorId, body, by(context));
        return push.describe(tx, contractorId);
      });
    },
    requestPushCertificate: async ({ params }, context) => {
      const contractorId = contractorOf(params.contractorId);
      return db.asContractor(contractorId, (tx) => push.request(tx, contractorId, by(context)));
    },
    listIdentities: async ({ params }) => {
      const contractorId = contractorOf(params.contractorId);
      return db.asContractor(contractorId, async (tx) => {
        const { deviceId } = await getDevice(tx, contractorId, parseUuid(params.deviceId, 'deviceId'));
        const bound = await bindings.ofDevice(tx, contractorId, deviceId);
        const serials = bound.map(({ serial }) => serial);
        const issued = await listBySerials(tx, contractorId, serials);
        return { items: issued.map((one) => shown(one, deviceId)), nextCursor: null, total: issued.length };
      });
    },
    revokeIdentity: async ({ params, body }, context) => {
      const contractorId = contractorOf(params.contractorId);
      return db.asContractor(contractorId, async (tx) => {
        const request = { serial: params.serial, reason: body.reason, now: deps.clock.now(), ...by(context) };
        const issued = await revoke(deps, tx, contractorId, request);
        const binding = await bindings.ofSerial(tx, contractorId, issued.serial);
        return shown(issued, binding?.deviceId);
      });
    },
  };
}

function shown(issued: Issued, deviceId: IdentityBinding['deviceId'] | undefined): Static<typeof IssuedCertificate> {
  return {
    serial: issued.serial,
    subject: issued.subject,
    state: issued.state,
    sha256: issued.sha256 ?? null,
    deviceId: deviceId ?? null,
    issuedAt: issued.issuedAt?.toString() ?? null,
    notAfter: issued.notAfter?.toString() ?? null,
    revokedAt: issued.revokedAt?.toString() ?? null,
    revocationReason: issued.revocationReason ?? null,
  };
}
