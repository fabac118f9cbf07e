import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after } from 'node:test';
import { fixedClock, type MovableClock } from '../../base/clock.ts';
import type { AuditEntryInput } from '../../base/http/context.ts';
import { type ContractorId, type Id, newId } from '../../base/ids.ts';
import { silentLog } from '../../base/log.ts';
import { createSecrets } from '../../base/secrets.ts';
import { TEST_MASTER_KEY, type TestDatabase } from '../../base/testing.ts';
import { recordAudit } from '../audit/index.ts';
import { type Certificates, type CertificatesDeps, createCertificates, type IdentityBinding } from './index.ts';

/** The room on a test's database, with the rooms below it played by plain lists. */
export type CertificatesBench = {
  readonly certificates: Certificates;
  readonly clock: MovableClock;
  /** What the dialect would know: fill it. */
  readonly bindings: IdentityBinding[];
  readonly revoked: { readonly serial: string; readonly sha256: string | undefined }[];
  readonly replaced: ContractorId[];
  readonly audited: AuditEntryInput[];
  enrolledDevices: number;
  newContractor(name?: string): Promise<ContractorId>;
  events(contractorId: ContractorId): Promise<readonly string[]>;
};

export function certificatesBench(database: TestDatabase): CertificatesBench {
  const { db, query } = database;
  const clock = fixedClock();
  const bindings: IdentityBinding[] = [];
  const bench = {
    clock,
    bindings,
    revoked: [] as CertificatesBench['revoked'],
    replaced: [] as ContractorId[],
    audited: [] as AuditEntryInput[],
    enrolledDevices: 0,
  };
  const deps: CertificatesDeps = {
    db,
    clock,
    log: silentLog,
    secrets: createSecrets(TEST_MASTER_KEY, clock),
    recordAudit: async (tx, contractorId, entry) => {
      await recordAudit(tx, contractorId, entry);
      bench.audited.push(entry);
    },
    contractorName: async (_tx, contractorId) => {
      const [row] = await query<{ name: string }>('select name from contractors where contractor_id = $1', [
        contractorId,
      ]);
      return row?.name;
    },
    bindings: {
      ofDevice: async (_tx, _contractorId, deviceId) => bindings.filter((one) => one.deviceId === deviceId),
      ofSerial: async (_tx, _contractorId, serial) => bindings.find((one) => one.serial === serial),
    },
    revocations: { revoked: async (_tx, _contractorId, certificate) => void bench.revoked.push(certificate) },
    topicUse: {
      count: async () => bench.enrolledDevices,
      replaced: async (_tx, contractorId) => void bench.replaced.push(contractorId),
    },
  };
  return Object.assign(bench, {
    certificates: createCertificates(deps),
    newContractor: async (name = '株式会社テスト') => {
      const id = newId<'Contractor'>();
      await query(
        'insert into contractors (contractor_id, name, created_at, updated_at) values ($1, $2, now(), now())',
        [id, name],
      );
      return id;
    },
    events: async (contractorId: ContractorId) => {
      const rows = await query<{ kind: string }>(
        'select kind from device_events where contractor_id = $1 order by event_id',
        [contractorId],
      );
      return rows.map(({ kind }) => kind);
    },
  });
}

/** A binding of a serial number to a device and an enrollment that exist nowhere else. */
export function bindingOf(serial: string, changes: Partial<IdentityBinding> = {}): IdentityBinding {
  const enrollmentId: Id<'Enrollment'> = newId();
  const deviceId: Id<'Device'> = newId();
  return { serial, enrollmentId, deviceId, live: true, ...changes };
}

/** The SCEP handler behind a real `node:http` server; its base URL. */
export async function serveScep({ scepHandler }: Certificates): Promise<string> {
  const server = createServer((request, response) => {
    if (!scepHandler(request, response)) response.writeHead(418).end();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return `http://127.0.0.1:${port}`;
}
