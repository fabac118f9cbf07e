import { createHmac } from 'node:crypto';

const STEP_SECONDS = 30;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** An authenticator app: the codes of one secret (RFC 6238, SHA-1, six digits), none of them given twice. */
export class Authenticator {
  readonly #key: Buffer;
  #last = 0;
  #aheadMs = 0;

  /** `uri` is the `otpauth:` address that the QR code holds. */
  constructor(uri: string) {
    const secret = new URL(uri).searchParams.get('secret');
    if (secret === null) throw new Error('the address names no secret');
    this.#key = decodeBase32(secret);
  }

  /** Moves the app's clock on, as a server's was moved. */
  moveClock(hours: number): void {
    this.#aheadMs += Temporal.Duration.from({ hours }).total('milliseconds');
  }

  /**
   * The code of now, or of the next half minute when that was given already: servers accept a clock that is a little fast,
   * but not one that is a minute fast. Throws when more are asked for.
   */
  next(): string {
    const now = Math.floor((Temporal.Now.instant().epochMilliseconds + this.#aheadMs) / 1000 / STEP_SECONDS);
    const step = Math.max(now, this.#last + 1);
    if (step > now + 1) throw new Error('too many codes are asked for within half a minute');
    this.#last = step;
    return codeAt(this.#key, step);
  }
}

/** A code that is certainly wrong. */
export const WRONG_CODE = '000000';

function codeAt(key: Buffer, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const digest = createHmac('sha1', key).update(counter).digest();
  const offset = digest.readUInt8(digest.length - 1) & 0xf;
  return String((digest.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

function decodeBase32(text: string): Buffer {
  const bits = [...text.replace(/=+$/, '').toUpperCase()]
    .map((letter) => ALPHABET.indexOf(letter).toString(2).padStart(5, '0'))
    .join('');
  const bytes = bits.match(/.{8}/g) ?? [];
  return Buffer.from(bytes.map((byte) => Number.parseInt(byte, 2)));
}
