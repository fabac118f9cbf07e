import { buildSignedData } from '@tsukasa/cms';
import type { GenericAlert, Pc } from './csp/rule.ts';
import { basicCredential, md5Credential } from './digest.ts';
import { type Executed, Executor, type NodeFault } from './execute.ts';
import { ConnectionFailed, type HttpAnswer, insistOnLength, post, type Reach } from './http.ts';
import type { WindowsIdentity } from './identity.ts';
import { insist } from './mistakes.ts';
import { readServerMessage, type ServerMessage } from './syncml-read.ts';
import { type Head, type Part, type Written, writeMessage } from './syncml-write.ts';

/** Something that goes wrong with the answer to a message of a session, counted from 1. */
export type Mishap = {
  readonly message: number;
  /**
   * `lost`: the answer does not arrive and the same bytes go out again. `abandoned`: it does not arrive and the session is
   * over. `repeated`: the message goes out twice, and both answers must be the same. `cut_off`: the message never leaves.
   */
  readonly kind: 'lost' | 'abandoned' | 'repeated' | 'cut_off';
};

/** How sessions are held; the knobs of the simulation. */
export type SessionOptions = {
  readonly reach: Reach;
  readonly identity: WindowsIdentity;
  /** Shows the certificate in the handshake, or in the header of a proxy. */
  readonly showsCertificate: boolean;
  /** Whether messages are signed in `MDM-Signature`. */
  readonly signs: 'asked' | 'always' | 'never';
  /** Sends a credential with the first message, computed with the nonce that it has. */
  readonly eager: boolean;
  /** Sends a wrong credential. */
  readonly wrongSecret?: boolean;
  readonly maxMessageBytes: number;
  readonly reason: '1200' | '1201';
  /** Alerts of the first package, beside the login status. */
  readonly alerts: readonly GenericAlert[];
  readonly mishaps: readonly Mishap[];
  readonly faults: NodeFault[];
  /** Passes before each message but the first: a PC takes a moment for what it was told. */
  readonly think?: () => Promise<void>;
};

/** What a session came to. */
export type WindowsSession = {
  readonly sessionId: string;
  readonly messages: number;
  /** What the device said to each command, in order. */
  readonly answered: readonly { readonly cmd: string; readonly code: number; readonly target: string | undefined }[];
  /** How the server let it in: challenged so many times. */
  readonly challenges: number;
  /** Everything that went over the wire, oldest first. */
  readonly exchanges: readonly { readonly sent: string; readonly received: string }[];
};

/** The server gave no answer of the protocol, or ended the session with a status of the header. */
export class SessionRefused extends Error {
  /** HTTP status, or status of the header. */
  readonly status: number;

  constructor(what: string, status: number) {
    super(`${what} ${status}`);
    this.name = 'SessionRefused';
    this.status = status;
  }
}

const WHERE = 'session';
const MOST_MESSAGES = 500;
const MOST_CHALLENGES = 3;
const CONTENT_TYPE = 'application/vnd.syncml.dm+xml';

/** Holds one session. `pc.aftermath` says what is to happen to the PC after it. */
export async function holdSession(pc: Pc, options: SessionOptions): Promise<WindowsSession> {
  return new Session(pc, options).hold();
}

class Session {
  readonly #pc: Pc;
  readonly #options: SessionOptions;
  readonly #executor: Executor;
  readonly #sessionId: string;
  readonly #answered: { cmd: string; code: number; target: string | undefined }[] = [];
  readonly #exchanges: { sent: string; received: string }[] = [];
  readonly #signs: boolean;
  #msgId = 0;
  #serverMessages = 0;
  #challenges = 0;
  #credential: Head['credential'];

  constructor(pc: Pc, options: SessionOptions) {
    this.#pc = pc;
    this.#options = options;
    this.#executor = new Executor(pc, options.faults);
    const { state, account } = pc;
    state.sessions += 1;
    this.#sessionId =
      Number(state.sessionVersion) >= 2 ? state.sessions.toString(16).toUpperCase() : String(state.sessions);
    const asked = state.values.get(providerPath(pc, 'RequireMessageSigning'))?.data === 'true';
    this.#signs = options.signs === 'always' || (options.signs === 'asked' && asked);
    if (options.eager || account.credential.type === 'BASIC')
      this.#credential = this.#compute(account.credential.nonce);
  }

  async hold(): Promise<WindowsSession> {
    let parts: readonly Part[] = this.#firstPackage();
    while (this.#msgId < MOST_MESSAGES) {
      const written = this.#write(parts);
      const server = await this.#exchange(written);
      const challenged = this.#judgeHeader(server);
      this.#checkStatuses(server, written, challenged);
      if (challenged) {
        insist(server.commands.length === 0, WHERE, 'sends commands to a device that it does not know yet');
        parts = this.#firstPackage();
        continue;
      }
      if (written.left.length > 0) {
        parts = this.#continue(server, written);
        continue;
      }
      const executed = this.#executor.run(server.commands, server.msgId);
      this.#note(executed.parts, server);
      if (executed.aborted || executed.asked === '1223') return this.#end();
      if (server.commands.length === 0 && server.final) return this.#end();
      parts = this.#answerTo(server, executed);
      await this.#options.think?.();
      if (this.#pc.aftermath.some(({ kind }) => kind === 'wipe')) return this.#lastWord(parts);
    }
    throw new SessionRefused('the server keeps the session open after message', MOST_MESSAGES);
  }

  /** The reset begins: the status goes out, and nobody waits for what comes back. */
  async #lastWord(parts: readonly Part[]): Promise<WindowsSession> {
    await this.#exchange(this.#write(parts));
    return this.#end();
  }

  #end(): WindowsSession {
    const { state } = this.#pc;
    state.sessionVersion = state.values.get(providerPath(this.#pc, 'SyncApplicationVersion'))?.data ?? '1.0';
    return {
      sessionId: this.#sessionId,
      messages: this.#msgId,
      answered: this.#answered,
      challenges: this.#challenges,
      exchanges: this.#exchanges,
    };
  }

  #firstPackage(): readonly Part[] {
    const { blueprint, state } = this.#pc;
    const login: GenericAlert = {
      code: '1224',
      type: 'com.microsoft/MDM/LoginStatus',
      format: 'chr',
      data: state.login,
    };
    return [
      { kind: 'session-alert', code: this.#options.reason },
      { kind: 'alert', alert: login },
      ...this.#options.alerts.map((alert): Part => ({ kind: 'alert', alert })),
      {
        kind: 'dev-info',
        items: [
          ['./DevInfo/DevId', blueprint.deviceId],
          ['./DevInfo/Man', blueprint.hardware.manufacturer],
          ['./DevInfo/Mod', blueprint.hardware.model],
          ['./DevInfo/DmV', '1.3'],
          ['./DevInfo/Lang', blueprint.language],
        ],
      },
    ];
  }

  #write(parts: readonly Part[]): Written {
    this.#msgId += 1;
    const { maxMessageBytes } = this.#options;
    return writeMessage(
      {
        sessionId: this.#sessionId,
        msgId: this.#msgId,
        target: this.#pc.account.address,
        source: this.#pc.blueprint.deviceId,
        maxMessageBytes,
        richErrors: Number(this.#pc.state.sessionVersion) >= 3,
        ...(this.#credential === undefined ? {} : { credential: this.#credential }),
      },
      parts,
    );
  }

  async #exchange({ body }: Written): Promise<ServerMessage> {
    const answer = await this.#send(body);
    this.#exchanges.push({ sent: body.toString('utf8'), received: answer.body.toString('utf8') });
    if (answer.status !== 200) throw new SessionRefused('the server answered', answer.status);
    insistOnLength(answer, WHERE);
    const type = (answer.headers['content-type'] ?? '').toLowerCase().replaceAll(' ', '');
    insist(type === CONTENT_TYPE || type === `${CONTENT_TYPE};charset=utf-8`, WHERE, 'has another Content-Type');
    insist(answer.body.length <= this.#options.maxMessageBytes, WHERE, 'sends more than MaxMsgSize');
    const server = readServerMessage(answer.body);
    this.#serverMessages += 1;
    insist(server.sessionId === this.#sessionId, WHERE, 'answers another SessionID');
    insist(server.msgId === String(this.#serverMessages), WHERE, 'does not count its MsgID');
    insist(
      server.target === this.#pc.blueprint.deviceId && server.source !== '',
      WHERE,
      'is addressed to somebody else',
    );
    return server;
  }

  /** As often as the account says; then the device gives up until its next poll. */
  async #send(body: Buffer): Promise<HttpAnswer> {
    const mishap = this.#options.mishaps.find(({ message }) => message === this.#msgId)?.kind;
    if (mishap === 'cut_off') throw new ConnectionFailed('the network is gone');
    if (mishap === 'lost' || mishap === 'abandoned') {
      await this.#post(body, true).catch(() => undefined); // dropped on purpose
      if (mishap === 'abandoned') throw new ConnectionFailed('the network went away before the answer came');
    }
    const answer = await this.#post(body, false);
    if (mishap !== 'repeated') return answer;
    const again = await this.#post(body, false);
    insist(
      again.status === answer.status && again.body.equals(answer.body),
      WHERE,
      'answers a repeated message differently',
    );
    return answer;
  }

  #post(body: Buffer, dropAnswer: boolean): Promise<HttpAnswer> {
    const { reach, identity, showsCertificate } = this.#options;
    const { address } = this.#pc.account;
    return post(reach, {
      url: `${address}${address.includes('?') ? '&' : '?'}mode=Maintenance&Platform=WoA`,
      body,
      contentType: CONTENT_TYPE,
      userAgent: 'MSFT OMA DM Client/1.2.0.1',
      headers: {
        accept: 'application/vnd.syncml.dm+xml, application/vnd.syncml.dm+wbxml, application/octet-stream',
        ...(this.#signs ? { 'mdm-signature': this.#signature(body) } : {}),
      },
      ...(showsCertificate ? { identity } : {}),
      dropAnswer,
    });
  }

  #signature(body: Buffer): string {
    const { certificate, privateKey } = this.#options.identity;
    const signingTime = this.#pc.now;
    return buildSignedData({
      content: body,
      detached: true,
      certificate: certificate.der,
      privateKey,
      signingTime,
    }).toString('base64');
  }

  /** Whether the server wants (other) credentials. */
  #judgeHeader({ statuses }: ServerMessage): boolean {
    const [header] = statuses;
    insist(header?.cmd === 'SyncHdr' && header.cmdRef === '0', WHERE, 'does not begin with the Status of the header');
    const { challenge, code } = header;
    if (challenge?.nonce !== undefined) this.#pc.account.credential.nonce = challenge.nonce;
    if (code === '401' && challenge === undefined)
      throw new SessionRefused('the server answered the header with', Number(code)); // nothing that this PC has would do
    if (code === '407' || code === '401') {
      this.#challenges += 1;
      insist(challenge !== undefined, WHERE, 'asks for credentials without a challenge');
      if (this.#challenges > MOST_CHALLENGES)
        throw new SessionRefused('the server does not take the credentials:', Number(code));
      insist(['syncml:auth-md5', 'syncml:auth-basic'].includes(challenge.type), WHERE, 'challenges in an unknown way');
      insist(
        challenge.type !== 'syncml:auth-md5' || challenge.nonce !== undefined,
        WHERE,
        'challenges without a nonce',
      );
      this.#credential = this.#compute(challenge.nonce ?? Buffer.alloc(0), challenge.type === 'syncml:auth-basic');
      return true;
    }
    if (code !== '200' && code !== '212') throw new SessionRefused('the server answered the header with', Number(code));
    if (code === '212') this.#credential = undefined;
    else if (this.#credential?.type === 'syncml:auth-md5')
      this.#credential = this.#compute(this.#pc.account.credential.nonce);
    return false;
  }

  #compute(nonce: Buffer, basic = false): NonNullable<Head['credential']> {
    const { name, secret, type } = this.#pc.account.credential;
    const used = this.#options.wrongSecret === true ? `${secret}!` : secret;
    if (basic || type === 'BASIC') return { type: 'syncml:auth-basic', data: basicCredential(name, used) };
    return { type: 'syncml:auth-md5', data: md5Credential(name, used, nonce) };
  }

  /** The header first, then one for each command in its order; Results may go without, chunks may not. */
  #checkStatuses({ statuses }: ServerMessage, { said, chunk }: Written, challenged: boolean): void {
    for (const { msgRef } of statuses)
      insist(msgRef === String(this.#msgId), WHERE, 'has a Status for another message');
    const others = statuses.slice(1);
    for (const { cmdRef, cmd } of others) {
      const known = said.some((one) => one.cmdId === cmdRef && one.cmd === cmd);
      insist(known, WHERE, `has a Status for ${cmd} ${cmdRef}, which was not sent`);
    }
    const given = others.filter(({ cmd }) => cmd !== 'Results').map(({ cmdRef }) => cmdRef);
    const wanted = said.filter(({ cmd }) => cmd !== 'Results').map(({ cmdId }) => cmdId);
    if (!challenged || given.length > 0)
      insist(given.join() === wanted.join(), WHERE, 'has not one Status for each command in their order');
    if (chunk === undefined || challenged) return;
    const status = others.find(({ cmdRef }) => cmdRef === chunk);
    insist(status?.code === '213', WHERE, 'does not take a chunk with 213');
  }

  /** The server must ask for the rest, and for nothing else, before it goes on. */
  #continue({ commands, msgId }: ServerMessage, { left }: Written): readonly Part[] {
    const [alert, second] = commands;
    const asks = alert?.kind === 'Alert' && alert.code === '1222' && second === undefined;
    insist(asks, WHERE, 'does not ask with Alert 1222 for the rest of a package');
    return [
      { kind: 'status', msgRef: msgId, cmdRef: '0', cmd: 'SyncHdr', code: 200 },
      { kind: 'status', msgRef: msgId, cmdRef: alert.cmdId, cmd: 'Alert', code: 200 },
      ...left,
    ];
  }

  #answerTo({ msgId, final }: ServerMessage, { parts }: Executed): readonly Part[] {
    return [
      { kind: 'status', msgRef: msgId, cmdRef: '0', cmd: 'SyncHdr', code: 200 },
      ...parts,
      ...this.#pc.alerts.splice(0).map((alert): Part => ({ kind: 'alert', alert })),
      ...(final ? [] : [{ kind: 'session-alert', code: '1222' } as const]),
    ];
  }

  #note(parts: readonly Part[], { commands }: ServerMessage): void {
    const targets = new Map(
      commands.flatMap((command) => ('items' in command ? [[command.cmdId, command.items[0]?.target] as const] : [])),
    );
    for (const part of parts) {
      if (part.kind !== 'status') continue;
      this.#answered.push({ cmd: part.cmd, code: part.code, target: part.targetRef ?? targets.get(part.cmdRef) });
    }
  }
}

/** A node of this account's DMClient. */
export function providerPath({ account }: Pick<Pc, 'account'>, name: string): string {
  return `./Device/Vendor/MSFT/DMClient/Provider/${account.providerId}/${name}`;
}
