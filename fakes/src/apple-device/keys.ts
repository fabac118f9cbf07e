import { generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';

const generate = promisify(generateKeyPair);

/** Gives a device the RSA key for its identity. */
export type KeySource = (bits: number) => Promise<KeyObject>;

/** A key of its own for every identity, as real devices do. */
export const ownKeys: KeySource = async (bits) => {
  const { privateKey } = await generate('rsa', { modulusLength: bits });
  return privateKey;
};

/**
 * A few keys shared by many devices. Making 1000 keys takes minutes; a load test wants their number, not their secrecy.
 * Certificates still differ in serial number, so a server tells the devices apart.
 */
export function sharedKeys(count: number): KeySource {
  const pools = new Map<number, Promise<KeyObject>[]>();
  let turn = 0;
  return (bits) => {
    const pool = pools.get(bits) ?? [];
    pools.set(bits, pool);
    const index = turn++ % count;
    const key = pool[index] ?? ownKeys(bits);
    pool[index] = key;
    return key;
  };
}
