import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** An app identity of the partner portal: what a server's `TSUKASA_WNS_*` settings hold. */
export type WnsApp = {
  /** Package family name, as PCs are provisioned with. */
  readonly pfn: string;
  /** Package security identifier, `ms-app://s-1-15-2-…`. */
  readonly sid: string;
  readonly secret: string;
};

const TOKEN_SECONDS = 86_400;

type Token = { readonly app: WnsApp; readonly expiresAt: number };

/** The apps that are registered, and the access tokens that were given for them. */
export class Apps {
  readonly #apps: WnsApp[] = [];
  #tokens = new Map<string, Token>();

  /** As the portal: a new identity. */
  register(name = 'TsukasaPush'): WnsApp {
    const publisher = createHash('sha256').update(randomBytes(16)).digest('hex').slice(0, 13);
    const parts = Array.from({ length: 7 }, () => randomBytes(4).readUInt32BE());
    const app = {
      pfn: `Contoso.${name}_${publisher}`,
      sid: `ms-app://s-1-15-2-${parts.join('-')}`,
      secret: randomBytes(24).toString('base64url'),
    };
    this.#apps.push(app);
    return app;
  }

  findByPfn(pfn: string): WnsApp | undefined {
    return this.#apps.find((app) => app.pfn === pfn);
  }

  /** The app that this identity and secret prove, or `undefined`. */
  authenticate(sid: string, secret: string): WnsApp | undefined {
    const app = this.#apps.find((one) => one.sid === sid);
    return app !== undefined && isSame(app.secret, secret) ? app : undefined;
  }

  issue(app: WnsApp, now: number): { readonly token: string; readonly expiresIn: number } {
    const token = `Eg${randomBytes(48).toString('base64')}`;
    this.#tokens.set(token, { app, expiresAt: now + TOKEN_SECONDS * 1000 });
    return { token, expiresIn: TOKEN_SECONDS };
  }

  /** Whose token it is, while it is valid. */
  ownerOf(token: string, now: number): WnsApp | undefined {
    const found = this.#tokens.get(token);
    return found !== undefined && now < found.expiresAt ? found.app : undefined;
  }

  /** Every token is worth nothing from now on. */
  revokeTokens(): void {
    this.#tokens = new Map();
  }
}

function isSame(one: string, other: string): boolean {
  const [left, right] = [one, other].map((text) => createHash('sha256').update(text).digest());
  return left !== undefined && right !== undefined && timingSafeEqual(left, right);
}
