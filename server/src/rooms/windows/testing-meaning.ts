import assert from 'node:assert/strict';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ActionRequest, Device } from '@tsukasa/api';
import type { RequestContext } from '../../base/http/context.ts';
import type { ContractorId } from '../../base/ids.ts';
import type { TestDatabase } from '../../base/testing.ts';
import type { Actions } from '../actions/index.ts';
import { type DeviceFacts, type DeviceId, getDevice } from '../devices/index.ts';
import { type EnrollmentBench, enrollmentBench } from './testing-enrollment.ts';
import { TestPc } from './testing-pc.ts';
import { type Reply, type Said, type SeenCommand, SessionPc } from './testing-session.ts';

/** What a node answers: a value, or a status alone. */
export type NodeAnswer = string | number;

const DETAIL = './DevDetail/Ext/Microsoft';
const STATUS = './Vendor/MSFT/DeviceStatus';

/** A company laptop with Windows 11 Pro. */
export const LAPTOP: Readonly<Record<string, NodeAnswer>> = {
  './DevDetail/SwV': '10.0.22631.3447',
  [`${DETAIL}/DNSComputerName`]: 'TOKYO-01',
  [`${DETAIL}/SMBIOSSerialNumber`]: '5CG1234XYZ',
  [`${DETAIL}/TotalStorage`]: '488386',
  [`${DETAIL}/FreeStorage`]: '200000',
  './DevDetail/Ext/WLANMACAddress': '00155D0A0B0C',
  [`${STATUS}/SecureBootState`]: '1',
  [`${STATUS}/OS/Edition`]: '48',
  [`${STATUS}/TPM/SpecificationVersion`]: '2.0',
  [`${STATUS}/Compliance/EncryptionCompliance`]: 'true',
  [`${STATUS}/Antivirus/Status`]: '0',
  [`${STATUS}/Antivirus/SignatureStatus`]: '1',
  [`${STATUS}/Firewall/Status`]: '0',
  [`${STATUS}/Battery/EstimatedChargeRemaining`]: '80',
  './Device/Vendor/MSFT/BitLocker/Status/DeviceEncryptionStatus': '0',
  './Device/Vendor/MSFT/Defender/Health/ComputerState': '0',
  [`${STATUS}/NetworkIdentifiers`]: '00-15-5D-00-00-01',
  [`${STATUS}/NetworkIdentifiers/00-15-5D-00-00-01/Type`]: '1',
  [`${STATUS}/NetworkIdentifiers/00-15-5D-00-00-01/IsConnected`]: 'true',
  './Device/Vendor/MSFT/EnterpriseDesktopAppManagement/MSI': '%7B11111111-2222-3333-4444-555555555555%7D',
  './Device/Vendor/MSFT/EnterpriseDesktopAppManagement/MSI/%7B11111111-2222-3333-4444-555555555555%7D/Name': 'Agent',
  './Device/Vendor/MSFT/EnterpriseDesktopAppManagement/MSI/%7B11111111-2222-3333-4444-555555555555%7D/Version': '3.1',
  './Vendor/MSFT/CertificateStore/MY/System': '',
};

/** A PC with nodes: answers Gets from them, takes everything else, as long as nothing else is said. */
export class MeaningPc {
  readonly bench: MeaningBench;
  readonly session: SessionPc;
  nodes: Record<string, NodeAnswer>;
  /** Statuses for commands that are no Get, by the first target; 200 otherwise. */
  statuses: Record<string, number> = {};
  /** Everything that was given to it, by verb and first target. */
  readonly given: SeenCommand[] = [];

  constructor(bench: MeaningBench, session: SessionPc, nodes: Readonly<Record<string, NodeAnswer>> = LAPTOP) {
    this.bench = bench;
    this.session = session;
    this.nodes = { ...nodes };
  }

  get contractorId(): ContractorId {
    return this.session.contractorId;
  }

  say(command: SeenCommand): Said {
    if (command.verb !== 'Get') return { status: this.statuses[command.items[0]?.target ?? ''] ?? 200 };
    const answers = command.items.map(({ target }) => [target, this.nodes[target.split('?', 1)[0] ?? '']] as const);
    const results = answers.filter((entry): entry is readonly [string, string] => typeof entry[1] === 'string');
    if (results.length > 0) return { status: 200, results: Object.fromEntries(results) };
    const status = answers.map(([, value]) => value).find((value) => typeof value === 'number');
    return { status: typeof status === 'number' ? status : 404 };
  }

  /** One session to its end; `settle` between messages lets what answers lead to come in the same session. */
  async visit({ more = '' }: { readonly more?: string } = {}): Promise<readonly SeenCommand[]> {
    const seen: SeenCommand[] = [];
    let reply: Reply = await this.session.open(more === '' ? {} : { more });
    for (let message = 0; reply.commands.length > 0; message += 1) {
      assert.ok(message < 30, 'a session without end');
      seen.push(...reply.commands);
      reply = await this.session.answer(reply, (command) => this.say(command));
    }
    this.given.push(...seen);
    await this.bench.windows.settle();
    return seen;
  }

  /** Sessions until nothing is left to say. */
  async drain(): Promise<readonly SeenCommand[]> {
    const all: SeenCommand[] = [];
    for (let round = 0; round < 10; round += 1) {
      const seen = await this.visit();
      if (seen.length === 0) return all;
      all.push(...seen);
    }
    throw new Error('the PC is given commands without end');
  }
}

type ShownAction = Awaited<ReturnType<Actions['handlers']['getAction']>>;

export type MeaningBench = EnrollmentBench & {
  readonly context: (contractorId: ContractorId, id?: string) => RequestContext;
  enroll(contractorId: ContractorId, choice?: EnrollChoice): Promise<MeaningPc>;
  deviceIdOf(pc: MeaningPc): Promise<DeviceId>;
  facts(pc: MeaningPc): Promise<DeviceFacts>;
  channel(pc: MeaningPc): Promise<Device['channel']>;
  /** Asks, and where a second person is needed lets one agree. */
  ask(pc: MeaningPc, request: ActionRequest): Promise<string>;
  askDevice(contractorId: ContractorId, deviceId: DeviceId, request: ActionRequest): Promise<string>;
  action(pc: MeaningPc, actionId: string): Promise<ShownAction>;
};
export type EnrollChoice = {
  readonly nodes?: Readonly<Record<string, NodeAnswer>>;
  readonly usageMode?: 'company-owned' | 'personally-owned';
};

/** As the room of contracts leaves it for a contractor whose contract is in force. */
const SERVED = `insert into contract_heads (contractor_id, chain_seq, hash, version, service_days)
  values ($1, 0, '\\x00', 0, '{(,)}')`;

/** The whole room on a test's database, with PCs that have nodes. */
export async function meaningBench(
  database: TestDatabase,
  options: Parameters<typeof enrollmentBench>[1] = {},
): Promise<MeaningBench> {
  const base = await enrollmentBench(database, { ...options, trusted: true });
  const context = (contractorId: ContractorId, id = 'u1'): RequestContext => ({
    actor: { kind: 'user', id, name: '管理者' },
    behind: id,
    contractorId,
    requestId: 'r1',
    sourceIp: '127.0.0.1',
    language: 'ja',
    can: () => true,
    require: () => undefined,
    requireFresh: () => undefined,
  });
  const bench: MeaningBench = {
    ...base,
    context,
    newContractor: async () => {
      const id = await base.newContractor();
      await database.query(SERVED, [id]);
      return id;
    },
    enroll: async (contractorId, { nodes, usageMode = 'company-owned' } = {}) => {
      const pc = new TestPc(base.url);
      await pc.enroll((await base.invite(contractorId, { usageMode })).code);
      return new MeaningPc(bench, new SessionPc(base, contractorId, pc), nodes);
    },
    deviceIdOf: async ({ session }) => {
      const text = 'select device_id from windows_enrollments where dev_id = $1 order by requested_at desc limit 1';
      const [row] = await database.query<{ device_id: DeviceId }>(text, [session.pc.devId]);
      assert.ok(row);
      return row.device_id;
    },
    facts: async (pc) => {
      const deviceId = await bench.deviceIdOf(pc);
      return database.db.asContractor(pc.contractorId, (tx) => getDevice(tx, pc.contractorId, deviceId));
    },
    channel: async (pc) => {
      const deviceId = await bench.deviceIdOf(pc);
      const { channel } = base.windows;
      return database.db.asContractor(pc.contractorId, (tx) => channel.describe(tx, pc.contractorId, deviceId));
    },
    ask: async (pc, body) => bench.askDevice(pc.contractorId, await bench.deviceIdOf(pc), body),
    askDevice: async (contractorId, deviceId, body) => {
      const { handlers } = base.actions;
      const input = { params: { contractorId, deviceId }, query: undefined, body };
      const { actionId, approval } = await handlers.askAction(input, context(contractorId));
      if (approval?.state === 'awaited') {
        const agreed = { decision: 'approve' } as const;
        const decision = { params: { contractorId, actionId }, query: undefined, body: agreed };
        await handlers.decideAction(decision, context(contractorId, 'u2'));
      }
      return actionId;
    },
    action: (pc, actionId) => {
      const params = { contractorId: pc.contractorId, actionId };
      return base.actions.handlers.getAction({ params, query: undefined, body: undefined }, context(pc.contractorId));
    },
  };
  return bench;
}

/** WNS as far as a test of this room needs it: tokens, and channels that answer as told. `fakes` has a whole one. */
export type TestWns = {
  readonly origin: string;
  readonly identity: { readonly pfn: string; readonly sid: string; readonly secretFile: string };
  readonly pushes: { readonly path: string; readonly headers: IncomingMessage['headers'] }[];
  tokens: number;
  /** Status of the next push, by path; 200 otherwise. */
  answer: (path: string) => { readonly status: number; readonly headers?: Readonly<Record<string, string>> };
};

export async function testWns(database: TestDatabase): Promise<TestWns> {
  const server: Server = createServer((request, response) => {
    const path = request.url ?? '';
    request.resume();
    request.on('end', () => {
      if (path === '/accesstoken.srf') {
        wns.tokens += 1;
        const token = { access_token: `token-${wns.tokens}`, token_type: 'bearer', expires_in: 86_400 };
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(token));
        return;
      }
      wns.pushes.push({ path, headers: request.headers });
      const { status, headers = { 'x-wns-status': 'received' } } = wns.answer(path);
      response.writeHead(status, headers).end();
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  database.atEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  const secretFile = join(await mkdtemp(join(tmpdir(), 'wns-')), 'secret');
  await writeFile(secretFile, 'wns-secret\n');
  const wns: TestWns = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    identity: { pfn: 'Example.Push_8wekyb3d8bbwe', sid: 'ms-app://s-1-15-2-1', secretFile },
    pushes: [],
    tokens: 0,
    answer: () => ({ status: 200 }),
  };
  return wns;
}
