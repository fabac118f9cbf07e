// The simulated PCs, in a process of their own. Told by its parent what to do, answers what it measured.
import { Connection } from '../harness/connection.ts';
import { type Fleet, type FleetPc, loadFleet } from './fleet.ts';

export type Task =
  | { readonly kind: 'load'; readonly file: string }
  | {
      /** `echo`: package 1 to the yardstick. `poll`: sessions without commands. `session`: each PC's session once, with. */
      readonly kind: 'echo' | 'poll' | 'session';
      readonly port: number;
      readonly connections: number;
      readonly seconds: number;
      readonly devices: number;
      /** Commands that a session must bring. */
      readonly commands: number;
    };

export type Measured = {
  readonly kind: 'measured';
  readonly sessions: number;
  readonly messages: number;
  readonly seconds: number;
  /** Milliseconds of one message. */
  readonly p50: number;
  readonly p99: number;
  readonly failures: number;
};
export type Told = { readonly kind: 'ready' } | { readonly kind: 'began' } | Measured;
type Run = Exclude<Task, { kind: 'load' }>;

let fleet: Fleet | undefined;
/** Sessions of each PC so far: a SessionID is not used twice in a row. */
const sessions = new Map<string, number>();

process.on('message', (task: Task) => {
  run(task).then(tell, (error: unknown) => {
    process.stderr.write(`generator: ${error instanceof Error ? error.stack : String(error)}\n`);
    process.exit(1);
  });
});

function tell(message: Told): void {
  process.send?.(message);
}

async function run(task: Task): Promise<Told> {
  if (task.kind === 'load') {
    fleet = await loadFleet(task.file);
    return { kind: 'ready' };
  }
  return measure(task);
}

/** Runs sessions on every connection until the time is over, or until every PC has had its own. */
async function measure(task: Run): Promise<Measured> {
  const devices = fleet?.devices.slice(0, task.devices) ?? [];
  const open = await Promise.all(Array.from({ length: task.connections }, () => Connection.open(task.port)));
  const took: number[] = [];
  let [failures, turn, count] = [0, 0, 0];
  tell({ kind: 'began' });
  const began = performance.now();
  const until = began + task.seconds * 1000;
  await Promise.all(
    open.map(async (connection) => {
      while (performance.now() < until) {
        if (task.kind === 'session' && turn >= devices.length) return;
        const pc = devices[turn++ % devices.length];
        if (pc === undefined) return;
        if (!(await session(connection, pc, task, took))) failures += 1;
        count += 1;
      }
    }),
  );
  const seconds = (performance.now() - began) / 1000;
  for (const connection of open) connection.close();
  took.sort((a, b) => a - b);
  const quantile = (q: number) => took[Math.min(took.length - 1, Math.floor(took.length * q))] ?? 0;
  const [p50, p99] = [quantile(0.5), quantile(0.99)];
  return { kind: 'measured', sessions: count, messages: took.length, seconds, p50, p99, failures };
}

const COMMAND = /<(Get|Add|Replace|Delete|Exec)><CmdID>([^<]+)<\/CmdID>/g;
/** Messages after which a session that does not end counts as failed. */
const MOST_MESSAGES = 20;

/** Package 1, and answers until the server says nothing more. True when it went as it should. */
async function session(connection: Connection, pc: FleetPc, task: Run, took: number[]): Promise<boolean> {
  const number = (sessions.get(pc.devId) ?? 0) + 1;
  sessions.set(pc.devId, number);
  let body = PACKAGE_1.replaceAll('DEVICE', pc.devId);
  let commands = 0;
  for (let message = 1; message <= MOST_MESSAGES; message++) {
    const from = performance.now();
    const reply = await connection.send(request(pc, number, message, body));
    took.push(performance.now() - from);
    if (task.kind === 'echo') return reply.status === 200;
    const text = reply.body.toString('latin1');
    if (reply.status !== 200 || !text.includes('<Cmd>SyncHdr</Cmd><Data>200</Data>')) return false;
    const asked = [...text.matchAll(COMMAND)];
    commands += asked.length;
    if (asked.length === 0) return task.kind === 'poll' || commands >= task.commands;
    body = [HEADER_STATUS, ...asked.map(([, verb = '', id = ''], index) => status(message, index + 2, verb, id))].join(
      '',
    );
    body = body.replaceAll('MESSAGE', String(message));
  }
  return false;
}

const HEADER_STATUS =
  '<Status><CmdID>1</CmdID><MsgRef>MESSAGE</MsgRef><CmdRef>0</CmdRef><Cmd>SyncHdr</Cmd><Data>200</Data></Status>';

function status(message: number, id: number, verb: string, ref: string): string {
  return `<Status><CmdID>${id}</CmdID><MsgRef>${message}</MsgRef><CmdRef>${ref}</CmdRef><Cmd>${verb}</Cmd><Data>200</Data></Status>`;
}

const PACKAGE_1 = `<Alert><CmdID>2</CmdID><Data>1201</Data></Alert><Alert><CmdID>3</CmdID><Data>1224</Data><Item><Meta><Type xmlns="syncml:metinf">com.microsoft/MDM/LoginStatus</Type></Meta><Data>user</Data></Item></Alert><Replace><CmdID>4</CmdID><Item><Source><LocURI>./DevInfo/DevId</LocURI></Source><Data>DEVICE</Data></Item><Item><Source><LocURI>./DevInfo/Man</LocURI></Source><Data>Contoso</Data></Item><Item><Source><LocURI>./DevInfo/Mod</LocURI></Source><Data>Book 5</Data></Item><Item><Source><LocURI>./DevInfo/DmV</LocURI></Source><Data>1.3</Data></Item><Item><Source><LocURI>./DevInfo/Lang</LocURI></Source><Data>ja-JP</Data></Item></Replace>`;

/** A whole request as bytes. */
function request(pc: FleetPc, session: number, message: number, body: string): Buffer {
  const path = `/ManagementServer/${fleet?.contractorId}/MDM.svc`;
  const text = `<SyncML xmlns="SYNCML:SYNCML1.2"><SyncHdr><VerDTD>1.2</VerDTD><VerProto>DM/1.2</VerProto><SessionID>${session.toString(16)}</SessionID><MsgID>${message}</MsgID><Target><LocURI>https://bench${path}</LocURI></Target><Source><LocURI>${pc.devId}</LocURI></Source><Meta><MaxMsgSize xmlns="syncml:metinf">524288</MaxMsgSize></Meta></SyncHdr><SyncBody>${body}<Final/></SyncBody></SyncML>`;
  const head = [
    `POST ${path}?mode=Maintenance&Platform=WoA HTTP/1.1`,
    'Host: bench',
    'Content-Type: application/vnd.syncml.dm+xml',
    `Client-Cert: :${pc.certificate}:`,
    `Content-Length: ${Buffer.byteLength(text)}`,
  ].join('\r\n');
  return Buffer.from(`${head}\r\n\r\n${text}`, 'utf8');
}
