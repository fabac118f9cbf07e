import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, afterEach, before } from 'node:test';
import type { EnrollmentInvitationRequest } from '@tsukasa/api';
import { FakeApns } from '@tsukasa/fakes';
import { Client } from './api-client.ts';
import { contractFor } from './contract.ts';
import { type Person, setUpAuthenticator } from './people.ts';
import { tsukasa } from './program.ts';
import { Server, temporaryFolder } from './server.ts';

/** A contractor that can invite devices: its contract is in force, and its push certificate in place. */
export type Contractor = { readonly contractorId: string; readonly name: string; readonly topic: string };

export type StageOptions = {
  readonly env?: Readonly<Record<string, string>>;
  /** What comes first on the fresh data directory; the administrator can be made beside a running server too. */
  readonly first?: 'server' | 'bootstrap';
  /** Modules of this folder that the server loads before its own. */
  readonly preload?: readonly string[];
};

/** One installation with Apple's push service beside it, and the token of its first provider administrator. */
export class Stage {
  readonly apns: FakeApns;
  readonly server: Server;
  readonly provider: Client;
  /** The provider's API token that bootstrap printed. */
  readonly token: string;
  readonly #folder: Awaited<ReturnType<typeof temporaryFolder>>;
  readonly #leaving: (() => Promise<void> | void)[] = [];

  private constructor(
    apns: FakeApns,
    server: Server,
    token: string,
    folder: Awaited<ReturnType<typeof temporaryFolder>>,
  ) {
    this.apns = apns;
    this.server = server;
    this.provider = new Client(server.url, { token });
    this.token = token;
    this.#folder = folder;
  }

  /** A new data directory, its first administrator, and the server running on it. */
  static async open({ env = {}, first = 'server', preload = [] }: StageOptions = {}): Promise<Stage> {
    const folder = await temporaryFolder('stage');
    const apns = await FakeApns.start();
    const caFile = join(folder.path, 'apns-ca.pem');
    await writeFile(caFile, apns.rootPem);
    const server = await Server.prepare({
      dataDir: join(folder.path, 'data'),
      preload,
      env: { TSUKASA_APPROVER_WAIT: 'PT0S', TSUKASA_APNS_ORIGIN: apns.origin, TSUKASA_APNS_CA_FILE: caFile, ...env },
    });
    try {
      if (first === 'server') await server.start();
      const token = await bootstrap(server);
      if (first === 'bootstrap') await server.start();
      return new Stage(apns, server, token, folder);
    } catch (error) {
      await server.stop();
      await apns.close();
      await folder.remove();
      throw error;
    }
  }

  get url(): string {
    return this.server.url;
  }

  /** Runs when the stage closes, before the server stops. */
  onLeave(what: () => Promise<void> | void): void {
    this.#leaving.push(what);
  }

  async contractor(name: string, nameKana = ''): Promise<Contractor> {
    const { contractorId } = await this.provider.call('createContractor', { body: { name, nameKana } });
    await contractFor(this.provider, contractorId);
    const { topic } = await this.pushCertificate(contractorId);
    return { contractorId, name, topic };
  }

  /** A contractor without anything, not even a contract. */
  async bareContractor(name: string): Promise<string> {
    return (await this.provider.call('createContractor', { body: { name } })).contractorId;
  }

  async pushCertificate(contractorId: string): Promise<{ readonly topic: string }> {
    const { certificate, privateKey, topic } = this.apns.mint();
    if (privateKey === undefined) throw new Error('the portal made no key');
    await this.provider.call('putPushCertificate', { params: { contractorId }, body: { certificate, privateKey } });
    return { topic };
  }

  /** The person of the first administrator, with an authenticator app. Once only. */
  administrator(): Promise<Person> {
    return setUpAuthenticator(this.url, ADMINISTRATOR);
  }

  /** The link of a new invitation, company-owned for one device unless said otherwise. */
  async invite(contractorId: string, request: Partial<EnrollmentInvitationRequest> = {}): Promise<string> {
    const body = { platform: 'apple' as const, usageMode: 'company-owned' as const, ...request };
    const { url } = await this.provider.call('createInvitation', { params: { contractorId }, body });
    if (url === null) throw new Error('the invitation came without its link');
    return url;
  }

  async close(): Promise<void> {
    for (let leave = this.#leaving.pop(); leave; leave = this.#leaving.pop()) await leave();
    await this.server.stop();
    await this.apns.close();
    await this.#folder.remove();
  }
}

export const ADMINISTRATOR = { email: 'provider@example.jp', password: 'a long provider password', name: 'Provider' };

/** Makes the first administrator from the command line, and answers the token. */
export async function bootstrap(server: Server): Promise<string> {
  const { email, password, name } = ADMINISTRATOR;
  const args = ['bootstrap', '--email', email, '--password', password, '--name', name, '--json'];
  const { code, stdout, stderr } = await tsukasa(args, server.env);
  if (code !== 0) throw new Error(`bootstrap ended with ${code}: ${stderr}${stdout}`);
  const { token } = JSON.parse(stdout) as { token: string };
  return token;
}

/**
 * One stage for the tests of a file: opened before them, closed after them. When one of them fails, what the server said
 * is printed.
 */
export function useStage(prepare?: (stage: Stage) => Promise<void>, options: StageOptions = {}): () => Stage {
  let stage: Stage | undefined;
  let failed = false;
  before(async () => {
    failed = true; // until everything below has happened
    stage = await Stage.open(options);
    await prepare?.(stage);
    failed = false;
  });
  afterEach((context) => {
    if (!('passed' in context) || context.passed !== true) failed = true;
  });
  after(async () => {
    const said = stage?.server.said;
    await stage?.close();
    if (failed && said !== undefined) process.stdout.write(`\nThe server said:\n${said.slice(-20_000)}\n`);
  });
  return () => {
    if (stage === undefined) throw new Error('the stage is not open yet');
    return stage;
  };
}
