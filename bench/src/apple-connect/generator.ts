// The simulated devices, in a process of their own. Told by its parent what to do, answers what it measured.
import { Connection } from '../harness/connection.ts';
import { type FleetDevice, loadFleet } from './fleet.ts';
import { Requests, type Transport } from './requests.ts';

export type Task =
  | { readonly kind: 'load'; readonly file: string }
  | {
      readonly kind: 'idle';
      readonly port: number;
      readonly transport: Transport;
      readonly connections: number;
      readonly seconds: number;
      /** Devices that take part: the first so many. */
      readonly devices: number;
    }
  | {
      readonly kind: 'cycle';
      readonly port: number;
      readonly transport: Transport;
      readonly connections: number;
      readonly seconds: number;
      /** One open command of each of the first devices. */
      readonly commands: readonly string[];
    };

export type Measured = {
  readonly kind: 'measured';
  readonly count: number;
  readonly seconds: number;
  readonly p50: number;
  readonly p99: number;
  readonly failures: number;
};
export type Told = { readonly kind: 'ready' } | { readonly kind: 'began' } | Measured;

let requests: Requests | undefined;
let devices: readonly FleetDevice[] = [];

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
    const fleet = await loadFleet(task.file);
    devices = fleet.devices;
    requests = new Requests(fleet);
    return { kind: 'ready' };
  }
  return task.kind === 'idle' ? idle(task) : cycle(task);
}

async function idle(task: Extract<Task, { kind: 'idle' }>): Promise<Measured> {
  const made = devices
    .slice(0, task.devices)
    .map((device) => requests?.idle(device, task.transport) ?? Buffer.alloc(0));
  return measure(task, async (connection, turn) => {
    const { status } = await connection.send(made[turn % made.length] ?? Buffer.alloc(0));
    return status === 200;
  });
}

/** Idle, the command, its acknowledgement, and nothing more: two requests, each durable before it is answered. */
async function cycle(task: Extract<Task, { kind: 'cycle' }>): Promise<Measured> {
  const { transport, commands } = task;
  const prepared = commands.flatMap((uuid, n) => {
    const device = devices[n];
    if (device === undefined || requests === undefined) return [];
    return [{ uuid, idle: requests.idle(device, transport), done: requests.acknowledged(device, transport, uuid) }];
  });
  return measure(task, async (connection, turn) => {
    const one = prepared[turn];
    if (one === undefined) return undefined;
    const command = await connection.send(one.idle);
    const mine = command.status === 200 && command.body.includes(one.uuid);
    const last = await connection.send(one.done);
    return mine && last.status === 200 && last.body.length === 0;
  });
}

/** Runs `step` on every connection until the time is over or it has nothing more to do. */
async function measure(
  task: { readonly port: number; readonly connections: number; readonly seconds: number },
  step: (connection: Connection, turn: number) => Promise<boolean | undefined>,
): Promise<Measured> {
  const open = await Promise.all(Array.from({ length: task.connections }, () => Connection.open(task.port)));
  const took: number[] = [];
  let failures = 0;
  let turn = 0;
  tell({ kind: 'began' });
  const began = performance.now();
  const until = began + task.seconds * 1000;
  await Promise.all(
    open.map(async (connection) => {
      while (performance.now() < until) {
        const from = performance.now();
        const ok = await step(connection, turn++);
        if (ok === undefined) return;
        took.push(performance.now() - from);
        if (!ok) failures += 1;
      }
    }),
  );
  const seconds = (performance.now() - began) / 1000;
  for (const connection of open) connection.close();
  took.sort((a, b) => a - b);
  const quantile = (q: number) => took[Math.min(took.length - 1, Math.floor(took.length * q))] ?? 0;
  return { kind: 'measured', count: took.length, seconds, p50: quantile(0.5), p99: quantile(0.99), failures };
}
