import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { buildSignedData } from '@tsukasa/cms';
import { childrenOf, childText, findChild, getChild, readXml, type XmlElement } from '@tsukasa/windows-mdm';
import type { ContractorId } from '../../base/ids.ts';
import type { TestDatabase } from '../../base/testing.ts';
import type { DeviceId } from '../devices/index.ts';
import type { EnrollmentId, FinishedCommand, Interpreter, NewCommand, SessionReport } from './model.ts';
import { CERT_HEADER, type EnrollmentBench, enrollmentBench } from './testing-enrollment.ts';
import { characteristic, parms, TestPc } from './testing-pc.ts';

/** One command of the server as a device sees it. */
export type SeenCommand = {
  readonly verb: string;
  readonly cmdId: string;
  readonly items: readonly { readonly target: string; readonly data: string | undefined }[];
  readonly commands: readonly SeenCommand[];
};
export type SeenStatus = {
  readonly cmdRef: string;
  readonly cmd: string;
  readonly status: number;
  readonly nonce: string | undefined;
};
/** The server's answer; `text` is what arrived. */
export type Reply = {
  readonly http: number;
  readonly text: string;
  readonly statuses: readonly SeenStatus[];
  readonly alerts: readonly string[];
  readonly commands: readonly SeenCommand[];
};

const VERBS = ['Get', 'Add', 'Replace', 'Delete', 'Exec', 'Atomic'];

export type Said = {
  readonly verb?: string;
  readonly status: number;
  readonly results?: Readonly<Record<string, string>>;
};

export type Proof = 'header' | 'signature' | 'digest' | 'none';

/** A PC's half of sessions, written by hand: it shares nothing with the server's writer. */
export class SessionPc {
  readonly pc: TestPc;
  readonly contractorId: ContractorId;
  readonly url: string;
  proof: Proof = 'header';
  sessionId = 1;
  msgId = 0;
  /** The nonce for the next digest, base64. */
  nonce: string;
  maxMsgSize = 524288;
  #last: { readonly body: string; readonly headers: Record<string, string> } | undefined;

  constructor(bench: Pick<EnrollmentBench, 'url'>, contractorId: ContractorId, pc: TestPc) {
    this.pc = pc;
    this.contractorId = contractorId;
    this.url = `${bench.url}/ManagementServer/${contractorId}/MDM.svc?mode=Maintenance&Platform=WoA`;
    this.nonce = this.account['AAUTHDATA'] ?? '';
  }

  /** APPAUTH APPSRV of the provisioning document. */
  get account(): Readonly<Record<string, string | undefined>> {
    const document = this.pc.provisioned?.document;
    assert.ok(document);
    const all = childrenOf(characteristic(document, 'APPLICATION') ?? document, 'characteristic').map(parms);
    return all.find((one) => one['AAUTHLEVEL'] === 'APPSRV') ?? {};
  }

  digest(nonce = this.nonce): string {
    const { AAUTHNAME: name = '', AAUTHSECRET: secret = '' } = this.account;
    const md5 = (data: Uint8Array) => createHash('md5').update(data).digest();
    const inner = md5(Buffer.from(`${name}:${secret}`)).toString('base64');
    return md5(Buffer.concat([Buffer.from(`${inner}:`), Buffer.from(nonce, 'base64')])).toString('base64');
  }

  /** Package 1 of a new session. */
  open(options: { readonly login?: string; readonly more?: string; readonly cred?: string } = {}): Promise<Reply> {
    this.sessionId += 1;
    this.msgId = 0;
    return this.package1(options);
  }

  package1({ login = 'user', more = '', cred }: { login?: string; more?: string; cred?: string } = {}): Promise<Reply> {
    const info = { DevId: this.pc.devId, Man: '株式会社 & Co', Mod: 'Book 5', DmV: '1.3', Lang: 'ja-JP' };
    const items = Object.entries(info).map(
      ([name, value]) =>
        `<Item><Source><LocURI>./DevInfo/${name}</LocURI></Source><Data>${value.replace('&', '&amp;')}</Data></Item>`,
    );
    return this.send(
      `<Alert><CmdID>2</CmdID><Data>1201</Data></Alert><Alert><CmdID>3</CmdID><Data>1224</Data><Item><Meta><Type xmlns="syncml:metinf">com.microsoft/MDM/LoginStatus</Type></Meta><Data>${login}</Data></Item></Alert><Replace><CmdID>4</CmdID>${items.join('')}</Replace>${more}`,
      cred === undefined ? {} : { cred },
    );
  }

  /** The next message of the session. */
  send(
    body: string,
    options: { readonly final?: boolean; readonly cred?: string; readonly source?: string } = {},
  ): Promise<Reply> {
    this.msgId += 1;
    const { final = true, source = this.pc.devId, cred } = options;
    const credential =
      cred === undefined
        ? ''
        : `<Cred><Meta><Format xmlns="syncml:metinf">b64</Format><Type xmlns="syncml:metinf">syncml:auth-md5</Type></Meta><Data>${cred}</Data></Cred>`;
    const text = `<?xml version="1.0" encoding="UTF-8"?><SyncML xmlns="SYNCML:SYNCML1.2" xmlns:msft="http://schemas.microsoft.com/MobileDevice/MDM"><SyncHdr><VerDTD>1.2</VerDTD><VerProto>DM/1.2</VerProto><SessionID>${this.sessionId}</SessionID><MsgID>${this.msgId}</MsgID><Target><LocURI>${this.url.replace('&', '&amp;')}</LocURI></Target><Source><LocURI>${source}</LocURI></Source>${credential}<Meta><MaxMsgSize xmlns="syncml:metinf">${this.maxMsgSize}</MaxMsgSize></Meta></SyncHdr><SyncBody>${body}${final ? '<Final/>' : ''}</SyncBody></SyncML>`;
    return this.post(text);
  }

  post(body: string, extra: Record<string, string> = {}): Promise<Reply> {
    const headers = { 'content-type': 'application/vnd.syncml.dm+xml', ...this.#proofOf(body), ...extra };
    this.#last = { body, headers };
    return this.#fetch(body, headers);
  }

  /** The last message again, as after a lost answer. */
  repeat(): Promise<Reply> {
    assert.ok(this.#last);
    return this.#fetch(this.#last.body, this.#last.headers);
  }

  get last(): { readonly body: string; readonly headers: Record<string, string> } {
    assert.ok(this.#last);
    return this.#last;
  }

  #proofOf(body: string): Record<string, string> {
    const { provisioned, key } = this.pc;
    if (this.proof === 'header') return { [CERT_HEADER]: `:${provisioned?.certificate.toString('base64')}:` };
    if (this.proof !== 'signature') return {};
    assert.ok(provisioned);
    const { certificate } = provisioned;
    const signed = buildSignedData({ content: Buffer.from(body), detached: true, certificate, privateKey: key });
    return { 'mdm-signature': signed.toString('base64') };
  }

  async #fetch(body: string, headers: Record<string, string>): Promise<Reply> {
    const response = await fetch(this.url, { method: 'POST', body, headers });
    const text = await response.text();
    assert.equal(response.headers.get('transfer-encoding'), null);
    assert.equal(response.headers.get('content-length'), String(Buffer.byteLength(text)));
    if (!(response.headers.get('content-type') ?? '').startsWith('application/vnd.syncml.dm+xml')) {
      return { http: response.status, text, statuses: [], alerts: [], commands: [] };
    }
    const reply = { http: response.status, text, ...seen(text, this.maxMsgSize) };
    const nonce = reply.statuses[0]?.nonce;
    if (nonce !== undefined) this.nonce = nonce;
    return reply;
  }

  /** Answers every command of a reply; `said` tells how, by the target of its first item. */
  answer(reply: Reply, said: (command: SeenCommand) => Said = () => ({ status: 200 }), more = ''): Promise<Reply> {
    return this.send(this.words(reply, said) + more);
  }

  words(reply: Reply, said: (command: SeenCommand) => Said = () => ({ status: 200 })): string {
    let id = 1;
    const next = () => {
      id += 1;
      return id;
    };
    const status = (cmdRef: string, cmd: string, code: number) =>
      `<Status><CmdID>${next()}</CmdID><MsgRef>${this.msgId}</MsgRef><CmdRef>${cmdRef}</CmdRef><Cmd>${cmd}</Cmd><Data>${code}</Data></Status>`;
    const words = [status('0', 'SyncHdr', 200)];
    for (const command of reply.commands) {
      const { status: code, results, verb = command.verb } = said(command);
      words.push(status(command.cmdId, verb, code));
      for (const child of command.commands) words.push(status(child.cmdId, child.verb, said(child).status));
      for (const [source, data] of Object.entries(results ?? {})) {
        words.push(
          `<Results><CmdID>${next()}</CmdID><MsgRef>${this.msgId}</MsgRef><CmdRef>${command.cmdId}</CmdRef><Item><Source><LocURI>${source}</LocURI></Source><Data>${data}</Data></Item></Results>`,
        );
      }
    }
    return words.join('');
  }
}

/** Reads an answer and checks what every answer must keep to (fact sheet 8.2, 11). */
function seen(text: string, maxMsgSize: number): Omit<Reply, 'http' | 'text'> {
  assert.ok(Buffer.byteLength(text) <= maxMsgSize, 'longer than MaxMsgSize');
  const body = getChild(readXml(Buffer.from(text), { maxBytes: 1024 * 1024 }), 'SyncBody');
  const { children } = body;
  assert.equal(children.at(-1)?.name, 'Final');
  const ids = cmdIds(children);
  assert.equal(new Set(ids).size, ids.length, 'a CmdID twice');
  const statuses = childrenOf(body, 'Status').map((one): SeenStatus => {
    const chal = findChild(one, 'Chal');
    return {
      cmdRef: childText(one, 'CmdRef') ?? '',
      cmd: childText(one, 'Cmd') ?? '',
      status: Number(childText(one, 'Data')),
      nonce: chal && childText(getChild(chal, 'Meta'), 'NextNonce'),
    };
  });
  assert.equal(statuses[0]?.cmdRef, '0', 'the header’s status comes first');
  const commands = children.filter(({ name }) => VERBS.includes(name)).map(commandOf);
  const alerts = childrenOf(body, 'Alert').map((one) => childText(one, 'Data') ?? '');
  return { statuses, alerts, commands };
}

function cmdIds(elements: readonly XmlElement[]): readonly string[] {
  return elements.flatMap((element) => {
    const id = childText(element, 'CmdID');
    const nested = element.name === 'Atomic' ? cmdIds(element.children) : [];
    return id === undefined ? nested : [id, ...nested];
  });
}

function commandOf(element: XmlElement): SeenCommand {
  return {
    verb: element.name,
    cmdId: childText(element, 'CmdID') ?? '',
    items: childrenOf(element, 'Item').map((item) => ({
      target: childText(getChild(item, 'Target'), 'LocURI') ?? '',
      data: findChild(item, 'Data')?.text,
    })),
    commands: element.children.filter(({ name }) => VERBS.includes(name)).map(commandOf),
  };
}

/** The bench of enrollment with an interpreter that remembers, and what a session test asks again and again. */
export type SessionBench = EnrollmentBench & {
  readonly finished: FinishedCommand[];
  readonly reported: SessionReport[];
  readonly unenrolled: EnrollmentId[];
  /** Throws instead of remembering, as long as it is set. */
  fail: (() => Error) | undefined;
  enroll(contractorId: ContractorId): Promise<SessionPc>;
  enrollmentOf(pc: SessionPc): Promise<{ readonly enrollmentId: EnrollmentId; readonly deviceId: DeviceId }>;
  queue(pc: SessionPc, ...commands: readonly Partial<NewCommand>[]): Promise<void>;
  states(pc: SessionPc): Promise<readonly string[]>;
};

export async function sessionBench(database: TestDatabase): Promise<SessionBench> {
  const finished: FinishedCommand[] = [];
  const reported: SessionReport[] = [];
  const unenrolled: EnrollmentId[] = [];
  const failing = () => {
    if (bench.fail !== undefined) throw bench.fail();
  };
  const interpreter: Interpreter = {
    finished: async (_, one) => {
      failing();
      finished.push(one);
    },
    reported: async (_, one) => {
      failing();
      reported.push(one);
    },
    unenrolled: async (_, { enrollmentId }) => void unenrolled.push(enrollmentId),
  };
  const base = await enrollmentBench(database, { interpreter, trusted: true });
  const bench: SessionBench = {
    ...base,
    finished,
    reported,
    unenrolled,
    fail: undefined,
    newContractor: async () => {
      const id = await base.newContractor();
      await database.query(SERVED, [id]);
      return id;
    },
    enroll: async (contractorId) => {
      const pc = new TestPc(base.url);
      await pc.enroll((await base.invite(contractorId)).code);
      return new SessionPc(base, contractorId, pc);
    },
    enrollmentOf: async ({ pc }) => {
      const text = `select enrollment_id, device_id from windows_enrollments where dev_id = $1 order by requested_at desc limit 1`;
      const [row] = await database.query<{ enrollment_id: EnrollmentId; device_id: DeviceId }>(text, [pc.devId]);
      assert.ok(row);
      return { enrollmentId: row.enrollment_id, deviceId: row.device_id };
    },
    queue: async (pc, ...commands) => {
      const { contractorId } = pc;
      const { enrollmentId } = await bench.enrollmentOf(pc);
      const now = base.clock.now();
      const whole = commands.map((one): NewCommand => {
        const command = one.command ?? { verb: 'Get', items: [{ target: './DevDetail/SwV' }] };
        return { purpose: 'observation', expiresAt: now.add({ hours: 24 }), ...one, command };
      });
      await database.db.asContractor(contractorId, (tx) =>
        base.windows.enqueue(tx, { contractorId, enrollmentId }, whole, now),
      );
    },
    states: async ({ pc }) => {
      const text = `select coalesce(c.ended, case when c.sent_at is null then 'queued' else 'sent' end) as state
        from windows_commands c join windows_enrollments e using (contractor_id, enrollment_id) where e.dev_id = $1 order by c.seq`;
      return (await database.query<{ state: string }>(text, [pc.devId])).map(({ state }) => state);
    },
  };
  return bench;
}

/** As the room of contracts leaves it for a contractor whose contract is in force. */
const SERVED = `insert into contract_heads (contractor_id, chain_seq, hash, version, service_days)
  values ($1, 0, '\\x00', 0, '{(,)}')`;
