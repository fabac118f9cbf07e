import { createVerify, randomBytes } from 'node:crypto';
import { isObject, type Message } from './validate.ts';
import type { Project } from './world.ts';

const GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
/** The only scope the API has. */
export const SCOPE = 'https://www.googleapis.com/auth/androidmanagement';
const CLOUD_SCOPE = 'https://www.googleapis.com/auth/cloud-platform';
/** Google's own addresses, which its client libraries put into assertions whatever address they are sent to. */
const GOOGLE_AUDIENCES = ['https://oauth2.googleapis.com/token', 'https://www.googleapis.com/oauth2/v4/token'];
const API_AUDIENCE = 'https://androidmanagement.googleapis.com/';
const LIFETIME_SECONDS = 3599;
const SKEW_SECONDS = 300;

export type TokenAnswer = { readonly status: 200 | 400; readonly body: Message };

/**
 * Service accounts and their access tokens. Assertions are judged by the machine's time, as Google's client libraries
 * know no other.
 */
export class OAuth {
  readonly #projects: ReadonlyMap<string, Project>;
  readonly #tokens = new Map<string, { readonly project: Project; readonly expiresAt: number }>();

  constructor(projects: ReadonlyMap<string, Project>) {
    this.#projects = projects;
  }

  /** `POST /token`. `origin` is the stand-in's own, accepted as audience beside Google's. */
  exchange(form: URLSearchParams, origin: string): TokenAnswer {
    if (form.get('grant_type') !== GRANT) return refuse('unsupported_grant_type', 'Invalid grant_type.');
    const read = this.#read(form.get('assertion') ?? '');
    if (typeof read === 'string') return refuse('invalid_grant', read);
    const { claims, project } = read;
    const audiences = [...GOOGLE_AUDIENCES, `${origin}/token`];
    if (!audiences.includes(String(claims['aud']))) return refuse('invalid_grant', 'Invalid JWT: wrong audience.');
    if (!hasScope(claims['scope']))
      return refuse('invalid_scope', 'Invalid OAuth scope or ID token audience provided.');
    const token = `ya29.${randomBytes(30).toString('base64url')}`;
    this.#tokens.set(token, { project, expiresAt: machineSeconds() + LIFETIME_SECONDS });
    return { status: 200, body: { access_token: token, expires_in: LIFETIME_SECONDS, token_type: 'Bearer' } };
  }

  /** Whose request it is: an access token, or an assertion sent in its place. Undefined: 401. */
  authenticate(authorization: string | undefined): Project | undefined {
    const token = /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1];
    if (token === undefined) return undefined;
    const known = this.#tokens.get(token);
    if (known !== undefined) return machineSeconds() < known.expiresAt ? known.project : undefined;
    const read = this.#read(token);
    if (typeof read === 'string') return undefined;
    const { claims, project } = read;
    return claims['aud'] === API_AUDIENCE || hasScope(claims['scope']) ? project : undefined;
  }

  /** Takes back every access token, as when a key is deleted. */
  revokeAll(): void {
    this.#tokens.clear();
  }

  /** A verified assertion, or what is wrong with it. */
  #read(assertion: string): { readonly claims: Message; readonly project: Project } | string {
    const [head = '', body = '', signature = ''] = assertion.split('.');
    const [header, claims] = [decode(head), decode(body)];
    if (header === undefined || claims === undefined) return 'Invalid JWT.';
    const project = [...this.#projects.values()].find(({ clientEmail }) => clientEmail === claims['iss']);
    if (project === undefined) return 'Invalid grant: account not found';
    if (header['alg'] !== 'RS256' || (header['kid'] !== undefined && header['kid'] !== project.keyId))
      return 'Invalid JWT Signature.';
    const genuine = createVerify('RSA-SHA256')
      .update(`${head}.${body}`)
      .verify(project.publicKey, Buffer.from(signature, 'base64url'));
    if (!genuine) return 'Invalid JWT Signature.';
    return timely(claims)
      ? { claims, project }
      : 'Invalid JWT: the token must be short-lived and in a reasonable time.';
  }
}

function timely(claims: Message): boolean {
  const { iat, exp } = claims;
  if (typeof iat !== 'number' || typeof exp !== 'number') return false;
  const now = machineSeconds();
  return exp - iat <= 3600 && iat <= now + SKEW_SECONDS && exp > now - SKEW_SECONDS;
}

function hasScope(scope: unknown): boolean {
  const words = String(scope ?? '').split(' ');
  return words.includes(SCOPE) || words.includes(CLOUD_SCOPE);
}

function decode(part: string): Message | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined; // refused by the caller
  }
}

function refuse(error: string, description: string): TokenAnswer {
  return { status: 400, body: { error, error_description: description } };
}

function machineSeconds(): number {
  return Math.floor(Temporal.Now.instant().epochMilliseconds / 1000);
}
