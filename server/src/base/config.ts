import { accessSync, constants } from 'node:fs';
import { isIP } from 'node:net';
import { resolve } from 'node:path';

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export type KeyPairFiles = { readonly certFile: string; readonly keyFile: string };

/** Everything the environment may say, checked; secrets are named by file only. */
export type Config = {
  readonly host: string;
  readonly port: number;
  /** Origin under which browsers and devices reach this server; no trailing slash. */
  readonly publicUrl: string;
  readonly dataDir: string;
  /** Absent: the embedded PostgreSQL under `dataDir`. */
  readonly databaseUrl: string | undefined;
  /** Addresses, CIDR ranges and the names `loopback`, `linklocal`, `uniquelocal` whose forwarding headers are believed. */
  readonly trustProxy: readonly string[];
  /** Lower-case name of the header in which a trusted proxy hands over the device's certificate. */
  readonly clientCertHeader: string | undefined;
  readonly tls: (KeyPairFiles & { readonly port: number }) | undefined;
  readonly masterKeyFile: string;
  readonly profileSigning: KeyPairFiles | undefined;
  readonly apns: { readonly origin: string; readonly caFile: string | undefined };
  /** Windows push. Without an identity PCs are not woken, and come by their schedule. */
  readonly wns: {
    readonly origin: string;
    readonly identity: { readonly pfn: string; readonly sid: string; readonly secretFile: string } | undefined;
  };
  readonly google: {
    /** Of the Android Management API, the token endpoint and the keys that sign push messages. */
    readonly amapiOrigin: string;
    readonly tokenOrigin: string;
    readonly certsOrigin: string;
  };
  readonly log: { readonly level: LogLevel };
  readonly sessionLifetime: Temporal.Duration;
  /** How long accounts that were made or reset by each other, or by the same person, cannot approve for each other. */
  readonly approverWait: Temporal.Duration;
  /** How long changes and events of devices are kept. */
  readonly retention: {
    readonly changes: Temporal.Duration;
    readonly events: Temporal.Duration;
    /** Whole days for which data can be read after the last contract has ended. */
    readonly afterContract: Temporal.Duration;
  };
  readonly pools: { readonly app: number; readonly device: number; readonly jobs: number };
  readonly jobConcurrency: number;
};

/** Every mistake of the environment at once, one line each. */
export class ConfigError extends Error {
  readonly mistakes: readonly string[];
  constructor(mistakes: readonly string[]) {
    super(`the configuration has ${mistakes.length} mistake(s):\n${mistakes.map((m) => `  - ${m}`).join('\n')}`);
    this.name = 'ConfigError';
    this.mistakes = mistakes;
  }
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The only reader of the environment. Throws `ConfigError` naming all mistakes. An empty variable counts as unset.
 * Listens on every interface by default: devices and containers reach a server from outside, and a server that answers
 * to its own machine only looks broken to them. `TSUKASA_HOST=127.0.0.1` closes it behind a proxy on the same machine.
 */
export function readConfig(env: Environment): Config {
  const read = new Reader(env);
  const port = read.integer('TSUKASA_PORT', 8420, 0, 65_535);
  const dataDir = resolve(read.text('TSUKASA_DATA_DIR') ?? './data');
  const tlsFiles = read.pair('TSUKASA_TLS_CERT_FILE', 'TSUKASA_TLS_KEY_FILE');
  const tlsPort = read.integer('TSUKASA_TLS_PORT', 8443, 0, 65_535);
  if (tlsFiles === undefined && read.text('TSUKASA_TLS_PORT') !== undefined) {
    read.mistake('TSUKASA_TLS_PORT', 'needs TSUKASA_TLS_CERT_FILE and TSUKASA_TLS_KEY_FILE');
  }
  const clientCertHeader = read.header('TSUKASA_CLIENT_CERT_HEADER');
  const trustProxy = read.proxies('TSUKASA_TRUST_PROXY');
  if (clientCertHeader !== undefined && trustProxy.length === 0) {
    read.mistake('TSUKASA_CLIENT_CERT_HEADER', 'is believed from trusted proxies only; set TSUKASA_TRUST_PROXY too');
  }
  const config: Config = {
    host: read.text('TSUKASA_HOST') ?? '0.0.0.0',
    port,
    publicUrl: read.origin('TSUKASA_PUBLIC_URL', `http://localhost:${port}`),
    dataDir,
    databaseUrl: read.databaseUrl('DATABASE_URL'),
    trustProxy,
    clientCertHeader,
    tls: tlsFiles && { ...tlsFiles, port: tlsPort },
    masterKeyFile: read.file('TSUKASA_MASTER_KEY_FILE') ?? resolve(dataDir, 'keys', 'master.key'),
    profileSigning: read.pair('TSUKASA_PROFILE_SIGNING_CERT_FILE', 'TSUKASA_PROFILE_SIGNING_KEY_FILE'),
    apns: {
      origin: read.origin('TSUKASA_APNS_ORIGIN', 'https://api.push.apple.com:443'),
      caFile: read.file('TSUKASA_APNS_CA_FILE'),
    },
    wns: {
      origin: read.origin('TSUKASA_WNS_ORIGIN', 'https://login.live.com'),
      identity: read.pushIdentity('TSUKASA_WNS_PFN', 'TSUKASA_WNS_SID', 'TSUKASA_WNS_SECRET_FILE'),
    },
    google: {
      amapiOrigin: read.origin('TSUKASA_AMAPI_ORIGIN', 'https://androidmanagement.googleapis.com'),
      tokenOrigin: read.origin('TSUKASA_GOOGLE_TOKEN_ORIGIN', 'https://oauth2.googleapis.com'),
      certsOrigin: read.origin('TSUKASA_GOOGLE_CERTS_ORIGIN', 'https://www.googleapis.com'),
    },
    log: { level: read.oneOf('TSUKASA_LOG_LEVEL', LOG_LEVELS, 'info') },
    sessionLifetime: read.duration('TSUKASA_SESSION_LIFETIME', 'PT12H', 'PT5M'),
    approverWait: read.duration('TSUKASA_APPROVER_WAIT', 'PT24H', 'PT0S'),
    retention: {
      changes: read.duration('TSUKASA_KEEP_CHANGES', 'P730D', 'P30D'),
      events: read.duration('TSUKASA_KEEP_EVENTS', 'P365D', 'P30D'),
      afterContract: read.duration('TSUKASA_KEEP_AFTER_CONTRACT', 'P90D', 'P1D'),
    },
    pools: {
      app: read.integer('TSUKASA_DB_POOL_APP', 10, 1, 200),
      device: read.integer('TSUKASA_DB_POOL_DEVICE', 4, 1, 200),
      jobs: read.integer('TSUKASA_DB_POOL_JOBS', 6, 1, 200),
    },
    jobConcurrency: read.integer('TSUKASA_JOB_CONCURRENCY', 4, 1, 100),
  };
  read.finish();
  return deepFreeze(config);
}

/** Takes values out of the environment and collects what is wrong with them. */
class Reader {
  readonly #env: Environment;
  readonly #mistakes: string[] = [];

  constructor(env: Environment) {
    this.#env = env;
  }

  mistake(name: string, what: string): void {
    this.#mistakes.push(`${name} ${what}`);
  }

  finish(): void {
    if (this.#mistakes.length > 0) throw new ConfigError(this.#mistakes);
  }

  text(name: string): string | undefined {
    const value = this.#env[name]?.trim();
    return value === '' ? undefined : value;
  }

  integer(name: string, fallback: number, least: number, most: number): number {
    const value = this.text(name);
    if (value === undefined) return fallback;
    const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
    if (number >= least && number <= most) return number;
    this.mistake(name, `must be a whole number from ${least} to ${most}`);
    return fallback;
  }

  oneOf<T extends string>(name: string, values: readonly T[], fallback: T): T {
    const value = this.text(name);
    if (value === undefined) return fallback;
    const found = values.find((candidate) => candidate === value);
    if (found === undefined) this.mistake(name, `must be one of ${values.join(', ')}`);
    return found ?? fallback;
  }

  origin(name: string, fallback: string): string {
    const value = this.text(name) ?? fallback;
    const url = URL.canParse(value) ? new URL(value) : undefined;
    const bare =
      url !== undefined && (url.pathname === '/' || url.pathname === '') && url.search === '' && url.hash === '';
    if (url && bare && url.username === '' && (url.protocol === 'http:' || url.protocol === 'https:'))
      return url.origin;
    this.mistake(name, 'must be an http or https origin such as https://mdm.example.jp, without a path');
    return fallback;
  }

  databaseUrl(name: string): string | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    // The value may hold a password: never repeat it.
    // libpq allows no host before the path (a Unix socket named by ?host=), the URL standard does not.
    const full = value.replace(/^(postgres(?:ql)?:\/\/(?:[^/@]*@)?)\//, '$1localhost/');
    if (URL.canParse(full) && /^postgres(ql)?:$/.test(new URL(full).protocol)) return full;
    this.mistake(name, 'must be a postgresql:// URL');
    return undefined;
  }

  duration(name: string, fallback: string, least: string): Temporal.Duration {
    const value = this.text(name);
    if (value !== undefined) {
      try {
        const duration = Temporal.Duration.from(value);
        const exact = duration.years === 0 && duration.months === 0 && duration.weeks === 0;
        if (exact && Temporal.Duration.compare(duration, least) >= 0) return duration;
      } catch {
        // Reported below with every other way of being wrong.
      }
      this.mistake(
        name,
        `must be an ISO 8601 duration of days or shorter units, at least ${least}, such as ${fallback}`,
      );
    }
    return Temporal.Duration.from(fallback);
  }

  header(name: string): string | undefined {
    const value = this.text(name)?.toLowerCase();
    if (value === undefined || /^[a-z0-9-]{1,64}$/.test(value)) return value;
    this.mistake(name, 'must be a header name');
    return undefined;
  }

  proxies(name: string): readonly string[] {
    const list = (this.text(name) ?? '').split(',').map((entry) => entry.trim());
    const entries = list.filter((entry) => entry !== '');
    for (const entry of entries) {
      if (!isProxyEntry(entry)) this.mistake(name, `has "${entry}", which is no address, CIDR range or known name`);
    }
    return entries;
  }

  file(name: string): string | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    try {
      accessSync(value, constants.R_OK);
    } catch {
      this.mistake(name, `names a file that cannot be read: ${value}`);
    }
    return resolve(value);
  }

  pushIdentity(
    pfnName: string,
    sidName: string,
    secretName: string,
  ): { readonly pfn: string; readonly sid: string; readonly secretFile: string } | undefined {
    const [pfn, sid] = [this.text(pfnName), this.text(sidName)];
    const secretFile = this.file(secretName);
    if (pfn !== undefined && sid !== undefined && secretFile !== undefined) return { pfn, sid, secretFile };
    if (pfn !== undefined || sid !== undefined || secretFile !== undefined) {
      this.mistake(pfnName, `needs ${sidName} and ${secretName}, and they need it`);
    }
    return undefined;
  }

  pair(certName: string, keyName: string): KeyPairFiles | undefined {
    const certFile = this.file(certName);
    const keyFile = this.file(keyName);
    if (certFile !== undefined && keyFile !== undefined) return { certFile, keyFile };
    if (certFile !== undefined) this.mistake(certName, `needs ${keyName} too`);
    if (keyFile !== undefined) this.mistake(keyName, `needs ${certName} too`);
    return undefined;
  }
}

function isProxyEntry(entry: string): boolean {
  if (['loopback', 'linklocal', 'uniquelocal'].includes(entry)) return true;
  const [address = '', bits, ...more] = entry.split('/');
  const family = isIP(address);
  if (family === 0 || more.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}

function deepFreeze<T extends object>(value: T): T {
  for (const part of Object.values(value)) {
    if (typeof part === 'object' && part !== null && !(part instanceof Temporal.Duration)) deepFreeze(part);
  }
  return Object.freeze(value);
}
