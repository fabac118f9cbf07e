import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { chmod, link, mkdir, open, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Clock } from './clock.ts';
import { type Tx, tables } from './db.ts';
import { errorCode } from './errors.ts';
import type { ContractorId } from './ids.ts';

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const VERSION = 1;
/** Version, key id, nonce. */
const HEADER_BYTES = 1 + 4 + NONCE_BYTES;

/** What a sealed value is and which row it belongs to; the same values are needed to open it. */
export type Purpose = { readonly use: string; readonly row: string };

/** A sealed value was changed, belongs elsewhere, or was sealed under another key. Carries nothing of it. */
export class SealError extends Error {
  constructor(what: string, options?: ErrorOptions) {
    super(what, options);
    this.name = 'SealError';
  }
}

/** The root of all keys; never leaves this module except derived. */
export class MasterKey {
  readonly #key: Buffer;

  constructor(key: Uint8Array) {
    if (key.byteLength !== KEY_BYTES) throw new SealError(`the master key must have ${KEY_BYTES} bytes`);
    this.#key = Buffer.from(key);
  }

  /** A key for one purpose (HKDF-SHA-256, RFC 5869). */
  derive(purpose: string): Buffer {
    return Buffer.from(hkdfSync('sha256', this.#key, Buffer.alloc(0), `tsukasa/v1/${purpose}`, KEY_BYTES));
  }

  /** The password of a database role: known to every copy of the server that has the key, stored nowhere. */
  passwordOf(role: string): string {
    return createHmac('sha256', this.derive('database-role')).update(role).digest('base64url');
  }

  /** A value that tells master keys apart and says nothing about them. */
  fingerprint(): string {
    return this.derive('fingerprint').subarray(0, 12).toString('hex');
  }
}

/**
 * Reads the master key (base64, 32 bytes) from `file`; makes it, readable by its owner only, when `create` is true and it
 * is missing. Two servers starting at once agree on one key.
 */
export async function loadMasterKey(file: string, options: { readonly create: boolean }): Promise<MasterKey> {
  try {
    return parseMasterKey(await readFile(file, 'utf8'), file);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT' || !options.create) throw error;
  }
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await publishOnce(file, `${randomBytes(KEY_BYTES).toString('base64')}\n`);
  return parseMasterKey(await readFile(file, 'utf8'), file);
}

function parseMasterKey(text: string, file: string): MasterKey {
  const key = Buffer.from(text.trim(), 'base64');
  if (key.byteLength !== KEY_BYTES) throw new SealError(`${file} must hold ${KEY_BYTES} bytes in base64`);
  return new MasterKey(key);
}

/** Writes a complete file under its name at once, or leaves the one that was there first. */
export async function publishOnce(file: string, content: string): Promise<void> {
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  const handle = await open(draft, 'wx', 0o600);
  try {
    await handle.writeFile(content);
    await handle.sync();
    await handle.close();
    await chmod(draft, 0o600);
    await link(draft, file).catch((error: unknown) => {
      if (errorCode(error) !== 'EEXIST') throw error;
    });
  } finally {
    await rm(draft, { force: true });
  }
}

function associated(owner: string, purpose: Purpose, keyId: number): Buffer {
  // Length-prefixed, so that no two combinations give the same bytes.
  return Buffer.from(JSON.stringify(['tsukasa', VERSION, owner, purpose.use, purpose.row, keyId]));
}

/** AES-256-GCM; `version ‖ key id ‖ nonce ‖ ciphertext ‖ tag`, bound to owner, purpose, row and key id. */
export function sealBytes(key: Uint8Array, keyId: number, owner: string, purpose: Purpose, plain: Uint8Array): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(associated(owner, purpose, keyId));
  const header = Buffer.alloc(5);
  header.writeUInt8(VERSION, 0);
  header.writeUInt32BE(keyId, 1);
  return Buffer.concat([header, nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** The key id that a sealed value names. Throws `SealError` on anything else than our format. */
export function sealedKeyId(sealed: Uint8Array): number {
  const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
  if (bytes.byteLength < HEADER_BYTES + TAG_BYTES || bytes.readUInt8(0) !== VERSION) {
    throw new SealError('not a sealed value of a known version');
  }
  return bytes.readUInt32BE(1);
}

/** Opens what `sealBytes` made. Throws `SealError`. */
export function openBytes(key: Uint8Array, owner: string, purpose: Purpose, sealed: Uint8Array): Buffer {
  const keyId = sealedKeyId(sealed);
  const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(5, HEADER_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAAD(associated(owner, purpose, keyId));
  decipher.setAuthTag(bytes.subarray(bytes.byteLength - TAG_BYTES));
  try {
    const body = bytes.subarray(HEADER_BYTES, bytes.byteLength - TAG_BYTES);
    return Buffer.concat([decipher.update(body), decipher.final()]);
  } catch (cause) {
    throw new SealError(`the sealed value for ${purpose.use} cannot be opened`, { cause });
  }
}

/** Seals under a key per contractor, itself wrapped by the master key, or under the provider's own key. */
export interface Secrets {
  /** Seals for one contractor, making its key at first use. `tx` must be bound to that contractor, which must exist. */
  sealFor(tx: Tx, contractorId: ContractorId, purpose: Purpose, plain: Uint8Array): Promise<Buffer>;
  /** Opens what `sealFor` made. Throws `SealError` when it was changed, moved, or its key was destroyed. */
  openFor(tx: Tx, contractorId: ContractorId, purpose: Purpose, sealed: Uint8Array): Promise<Buffer>;
  /** Seals what belongs to the installation. */
  seal(purpose: Purpose, plain: Uint8Array): Buffer;
  open(purpose: Purpose, sealed: Uint8Array): Buffer;
  /** A 32-byte key for one purpose of the installation (signing cursors, sessions); the same on every copy. */
  derive(purpose: string): Buffer;
}

type KeyTables = {
  contractor_keys: { contractor_id: string; key_id: number; wrapped_key: Buffer; created_at: Temporal.Instant };
};

type DataKey = { readonly keyId: number; readonly key: Buffer };

const CACHED_KEYS = 512;
/** A destroyed key is forgotten after this long. */
const CACHED_MS = 300_000;

/** The secrets of this installation. Opened keys are kept in memory, at most 512 of them, for five minutes. */
export function createSecrets(masterKey: MasterKey, clock: Clock): Secrets {
  const keys = new ContractorKeys(masterKey.derive('contractor-key'), clock);
  const own = masterKey.derive('provider-seal');
  return {
    sealFor: async (tx, contractorId, purpose, plain) => {
      const { keyId, key } = await keys.current(tx, contractorId);
      return sealBytes(key, keyId, contractorId, purpose, plain);
    },
    openFor: async (tx, contractorId, purpose, sealed) => {
      const { key } = await keys.get(tx, contractorId, sealedKeyId(sealed));
      return openBytes(key, contractorId, purpose, sealed);
    },
    seal: (purpose, plain) => sealBytes(own, 0, 'provider', purpose, plain),
    open: (purpose, sealed) => openBytes(own, 'provider', purpose, sealed),
    derive: (purpose) => masterKey.derive(`purpose/${purpose}`),
  };
}

class ContractorKeys {
  readonly #wrapping: Buffer;
  readonly #clock: Clock;
  readonly #cache = new Map<string, { readonly until: number; readonly found: DataKey }>();
  /** Transactions that made a key: until they commit, nobody else may rely on it. */
  readonly #making = new WeakMap<Tx, Map<ContractorId, DataKey>>();

  constructor(wrapping: Buffer, clock: Clock) {
    this.#wrapping = wrapping;
    this.#clock = clock;
  }

  async current(tx: Tx, contractorId: ContractorId): Promise<DataKey> {
    const known = this.#recall(tx, contractorId, 'current');
    if (known) return known;
    const found = await this.#read(tx, contractorId, undefined);
    if (found) return this.#remember(contractorId, 'current', found);
    return this.#make(tx, contractorId);
  }

  async get(tx: Tx, contractorId: ContractorId, keyId: number): Promise<DataKey> {
    const known = this.#recall(tx, contractorId, keyId);
    if (known) return known;
    const found = await this.#read(tx, contractorId, keyId);
    if (!found) throw new SealError('the contractor key of a sealed value does not exist');
    return this.#remember(contractorId, keyId, found);
  }

  async #make(tx: Tx, contractorId: ContractorId): Promise<DataKey> {
    const key = randomBytes(KEY_BYTES);
    const purpose = { use: 'contractor-key', row: '1' };
    const inserted = await tables<KeyTables>(tx)
      .insertInto('contractor_keys')
      .values({
        contractor_id: contractorId,
        key_id: 1,
        wrapped_key: sealBytes(this.#wrapping, 1, contractorId, purpose, key),
        created_at: this.#clock.now(),
      })
      .onConflict((conflict) => conflict.columns(['contractor_id', 'key_id']).doNothing())
      .executeTakeFirst();
    if (inserted.numInsertedOrUpdatedRows === 0n) {
      // Another transaction was first and has committed: the insert waited for it.
      const theirs = await this.#read(tx, contractorId, undefined);
      if (!theirs) throw new SealError('the contractor key cannot be read back');
      return this.#remember(contractorId, 'current', theirs);
    }
    const made = this.#making.get(tx) ?? new Map<ContractorId, DataKey>();
    this.#making.set(tx, made.set(contractorId, { keyId: 1, key }));
    return { keyId: 1, key };
  }

  async #read(tx: Tx, contractorId: ContractorId, keyId: number | undefined): Promise<DataKey | undefined> {
    let query = tables<KeyTables>(tx)
      .selectFrom('contractor_keys')
      .select(['key_id', 'wrapped_key'])
      .where('contractor_id', '=', contractorId)
      .orderBy('key_id', 'desc')
      .limit(1);
    if (keyId !== undefined) query = query.where('key_id', '=', keyId);
    const row = await query.executeTakeFirst();
    if (!row) return undefined;
    const purpose = { use: 'contractor-key', row: String(row.key_id) };
    return { keyId: row.key_id, key: openBytes(this.#wrapping, contractorId, purpose, row.wrapped_key) };
  }

  #recall(tx: Tx, contractorId: ContractorId, which: number | 'current'): DataKey | undefined {
    const own = this.#making.get(tx)?.get(contractorId);
    if (own && (which === 'current' || which === own.keyId)) return own;
    const name = `${contractorId}/${which}`;
    const entry = this.#cache.get(name);
    if (!entry) return undefined;
    this.#cache.delete(name);
    if (entry.until < performance.now()) return undefined;
    this.#cache.set(name, entry); // to the end: the first is the one not used for longest
    return entry.found;
  }

  #remember(contractorId: ContractorId, which: number | 'current', found: DataKey): DataKey {
    this.#cache.set(`${contractorId}/${which}`, { until: performance.now() + CACHED_MS, found });
    for (const oldest of this.#cache.keys()) {
      if (this.#cache.size <= CACHED_KEYS) break;
      this.#cache.delete(oldest);
    }
    return found;
  }
}
