import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../../base/clock.ts';
import type { Db, Tx } from '../../base/db.ts';
import { DomainError } from '../../base/errors.ts';
import { BodyReader, BodyTooLarge, Interrupted } from '../../base/http/bodies.ts';
import type { ContractorId } from '../../base/ids.ts';
import type { Log } from '../../base/log.ts';
import {
  acceptedLanguage,
  contractorOfCode,
  type FoundInvitation,
  findInvitation,
  type PageLanguage,
  sendPage,
} from '../devices/index.ts';
import { SIGNIN_PATH } from './addresses.ts';
import type { PageFacts } from './enrollment-page.ts';
import type { EnrollmentGuard } from './guard.ts';
import {
  codePage,
  FORM_POLICY,
  PASS_POLICY,
  passPage,
  proceedPage,
  type SigninProblem,
  type SigninState,
  signinProblemPage,
} from './signin-page.ts';
import type { SigninTokens } from './signin-token.ts';

export type SigninDeps = {
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Log;
  readonly guard: EnrollmentGuard;
  readonly tokens: SigninTokens;
  readonly contractor: (tx: Tx, contractorId: ContractorId) => Promise<PageFacts>;
};

const FORM_LIMIT = 16 * 1024;
const LONGEST_APPRU = 2048;

type Entry = {
  readonly contractorId: ContractorId;
  readonly invitation: FoundInvitation['invitation'];
  readonly facts: PageFacts;
};

/** `/enroll/windows/signin[/{code}]`, shown inside Windows' own enrollment when it asks for federated sign-in (MS-MDE2, 3.2). */
export class SigninEndpoint {
  readonly #deps: SigninDeps;
  readonly #bodies = new BodyReader({ limit: FORM_LIMIT, budget: 256 * FORM_LIMIT });

  constructor(deps: SigninDeps) {
    this.#deps = deps;
  }

  /** False, having touched nothing, for any other path. */
  handle(request: IncomingMessage, response: ServerResponse): boolean {
    const [path = '', query = ''] = (request.url ?? '').split('?', 2);
    const match = /^\/enroll\/windows\/signin(?:\/([A-Za-z0-9_-]{1,60}))?\/?$/.exec(path);
    if (match === null) return false;
    const asked = { code: match[1], query: new URLSearchParams(query) };
    void this.#serve(request, response, asked).catch((error: unknown) => this.#failed(error, response));
    return true;
  }

  #failed(error: unknown, response: ServerResponse): void {
    if (error instanceof Interrupted) {
      response.destroy();
      return;
    }
    const away = error instanceof DomainError && error.code === 'unavailable';
    const status = error instanceof BodyTooLarge ? 413 : away ? 503 : 500;
    if (status === 500) this.#deps.log.error('windows.signin_failed', { error });
    const body = status === 413 ? 'Too large.\n' : away ? 'Please try again in a moment.\n' : 'The server failed.\n';
    if (!response.headersSent) {
      response.writeHead(status, {
        'content-type': 'text/plain',
        'content-length': String(body.length),
        connection: 'close',
      });
    }
    response.end(body);
  }

  async #serve(
    request: IncomingMessage,
    response: ServerResponse,
    { code, query }: { readonly code: string | undefined; readonly query: URLSearchParams },
  ): Promise<void> {
    const { method } = request;
    if (method !== 'GET' && method !== 'HEAD' && method !== 'POST') {
      response.writeHead(405, { allow: 'GET, HEAD, POST', 'content-length': '0' }).end();
      return;
    }
    const values = method === 'POST' ? new URLSearchParams((await this.#bodies.read(request)).toString()) : query;
    const language = languageOf(values, request);
    const problem = (what: SigninProblem, status: number) =>
      sendPage(request, response, signinProblemPage(what, language), language, { status });
    const appru = windowsAddress(values.get('appru'));
    if (appru === undefined) return problem('outside', 400);
    const { guard, clock } = this.#deps;
    if (guard.wait(guard.sourceOf(request), clock.now()) > 0) return problem('too_many', 429);
    const state = { appru, path: SIGNIN_PATH, language };
    if (method === 'POST') return this.#signIn(request, response, state, values.get('code') ?? '');
    return this.#show(request, response, state, code);
  }

  async #show(
    request: IncomingMessage,
    response: ServerResponse,
    state: SigninState,
    code: string | undefined,
  ): Promise<void> {
    if (code === undefined) return this.#ask(request, response, state);
    const found = await this.#find(code);
    if (typeof found === 'string') return this.#ask(request, response, state, found);
    const { name: company, helpdeskPhone: phone } = found.facts;
    sendPage(request, response, proceedPage(state, { code, company, phone }), state.language, { policy: FORM_POLICY });
  }

  async #signIn(request: IncomingMessage, response: ServerResponse, state: SigninState, code: string): Promise<void> {
    const { guard, clock, tokens } = this.#deps;
    const found = await this.#find(code.trim());
    if (typeof found === 'string') {
      guard.failed(guard.sourceOf(request), clock.now());
      return this.#ask(request, response, state, found);
    }
    const token = tokens.make(found.contractorId, found.invitation.invitationId, clock.now());
    sendPage(request, response, passPage(state, token), state.language, { policy: PASS_POLICY });
  }

  #ask(request: IncomingMessage, response: ServerResponse, state: SigninState, problem?: SigninProblem): void {
    const status = problem === undefined ? 200 : 403;
    sendPage(request, response, codePage(state, problem), state.language, { status, policy: FORM_POLICY });
  }

  /** The invitation, unless it is known to let nobody in. One that is used up may still let in the device that used it. */
  async #find(code: string): Promise<Entry | SigninProblem> {
    const contractorId = contractorOfCode(code);
    if (contractorId === undefined) return 'wrong';
    const { db, clock, contractor } = this.#deps;
    return db.asContractor(contractorId, async (tx) => {
      const found = await findInvitation(tx, contractorId, code, clock.now());
      if (found === undefined) return 'wrong';
      const { invitation, problem } = found;
      if (invitation.platform !== 'windows') return 'not_windows';
      if (problem === 'revoked' || problem === 'expired') return problem;
      return { contractorId, invitation, facts: await contractor(tx, contractorId) };
    });
  }
}

/** Where the client waits. Any other scheme would let a stranger's link send a token, or run a script, elsewhere. */
function windowsAddress(appru: string | null): string | undefined {
  if (appru === null || appru.length > LONGEST_APPRU || !URL.canParse(appru)) return undefined;
  return /^ms-app:\/\/[^\s"'<>\\]+$/i.test(appru) ? appru : undefined;
}

function languageOf(values: URLSearchParams, request: IncomingMessage): PageLanguage {
  const asked = values.get('lang');
  return asked === 'ja' || asked === 'en' ? asked : (acceptedLanguage(request) ?? 'ja');
}
