import { Type } from 'typebox';
import type { Config } from './config.ts';
import { type Foundation, openFoundation } from './foundation.ts';
import { type App, createApp, type DeviceHandler } from './http/app.ts';
import { serveConsole } from './http/console.ts';
import { serveHealth } from './http/health.ts';
import { forgetIdempotencyKeys } from './http/idempotency.ts';
import { type Listening, listen } from './http/listen.ts';
import type { Messages } from './http/messages.ts';
import { defineJob } from './jobs.ts';
import type { Log } from './log.ts';

/** What the rooms give to the server that is built around them. */
export type Rooms = {
  /** Wording of all reasons that the rooms' errors carry. */
  readonly messages: Messages;
  readonly deviceHandler?: DeviceHandler;
  /** Adds the rooms' routes. */
  bind(app: App): Promise<void> | void;
  /** Runs once everything listens; lines to print for the person who started the server (the first-administrator link). */
  started?(): Promise<readonly string[]>;
  /** Before the database closes: connections to other people's clouds. */
  stop?(): Promise<void>;
};

export type Compose = (foundation: Foundation) => Promise<Rooms>;

export interface RunningServer {
  readonly foundation: Foundation;
  readonly listening: Listening;
  readonly app: App;
  /** Finishes what runs, then closes everything in the reverse order of its making. Idempotent. */
  stop(): Promise<void>;
}

export type ServerOptions = {
  readonly config: Config;
  readonly log: Log;
  readonly compose: Compose;
  /** The built console; not served when absent. */
  readonly consoleDir?: string;
};

const forgetKeys = defineJob('base.forget_idempotency_keys', Type.Object({}));

/** Builds and starts a whole server. Rejects, with nothing left running, when any part of it cannot start. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { config, log } = options;
  const foundation = await openFoundation({ config, log });
  const undo: (() => Promise<void> | void)[] = [() => foundation.close()];
  let stopping: Promise<void> | undefined;
  const stop = () => {
    stopping ??= (async () => {
      for (let step = undo.pop(); step; step = undo.pop()) await step();
    })();
    return stopping;
  };
  try {
    const { db, jobs, clock, metrics } = foundation;
    const rooms = await options.compose(foundation);
    undo.push(() => rooms.stop?.());
    jobs.register(forgetKeys, async () => {
      await db.jobs((tx) => forgetIdempotencyKeys(tx, clock.now()));
    });
    jobs.cron('17 * * * *', forgetKeys);
    const devices = rooms.deviceHandler;
    const shared = {
      publicUrl: config.publicUrl,
      trustProxy: config.trustProxy,
      log,
      metrics,
      messages: rooms.messages,
    };
    const app = createApp({ ...shared, ...(devices ? { deviceHandler: devices } : {}) });
    serveHealth(app, { metrics, ready: () => db.ping() });
    await rooms.bind(app);
    if (options.consoleDir !== undefined) await serveConsole(app, options.consoleDir);
    await app.ready();
    await jobs.start();
    undo.push(() => jobs.stop());
    const listening = await listen(app, config, log, devices);
    undo.push(() => listening.close());
    for (const line of (await rooms.started?.()) ?? []) process.stdout.write(`${line}\n`);
    return { foundation, listening, app, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
