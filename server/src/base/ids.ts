import { randomBytes } from 'node:crypto';
import { DomainError } from './errors.ts';

declare const brand: unique symbol;

/** A string that names one kind of thing; made by a parser or by `newId`, never by a cast elsewhere. */
export type Id<Name extends string> = string & { readonly [brand]: Name };

export type ContractorId = Id<'Contractor'>;

/** The chain and the settings of the provider itself live under this id where a contractor id is needed. */
export const PROVIDER_ID = '00000000-0000-0000-0000-000000000000' as ContractorId;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** A new UUID of version 7 (RFC 9562 §5.7), lower case: sorts by the time it was made, to the millisecond. */
export function newId<Name extends string>(at: number = Date.now()): Id<Name> {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(at, 0, 6);
  bytes.writeUInt8(0x70 | (bytes.readUInt8(6) & 0x0f), 6);
  bytes.writeUInt8(0x80 | (bytes.readUInt8(8) & 0x3f), 8);
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}` as Id<Name>;
}

/** A UUID of any version in lower case. Throws `invalid` naming `what`, without repeating the value. */
export function parseUuid<Name extends string>(value: unknown, what: string): Id<Name> {
  const lower = typeof value === 'string' ? value.toLowerCase() : '';
  if (!UUID.test(lower))
    throw new DomainError('invalid', `${what} is not a UUID`, { reason: 'uuid', params: { what } });
  return lower as Id<Name>;
}

/** True for a UUID in lower case. */
export function isUuid(value: unknown): boolean {
  return typeof value === 'string' && UUID.test(value);
}
