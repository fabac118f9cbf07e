import { optionalString, type PlistDict, PlistError } from './plist-value.ts';

/**
 * Who speaks, as written on the wire: `udid` on every enrolment but User Enrolment, which has `enrollmentId`. The user
 * keys are present on the user channel only.
 */
export type WireIds = (
  | { readonly udid: string; readonly enrollmentId?: never }
  | { readonly enrollmentId: string; readonly udid?: never }
) & {
  readonly userId?: string;
  readonly userShortName?: string;
  readonly userLongName?: string;
  readonly enrollmentUserId?: string;
};

/** The fixed `UserID` of every Shared iPad user; there the short name tells users apart. */
export const SHARED_IPAD_USER_ID = 'FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF';

/** Largest id we take, in characters; Apple's are at most 40. Our choice. */
export const MAX_ID_LENGTH = 128;
/** Largest user name we take, in characters. Our choice. */
export const MAX_USER_NAME_LENGTH = 512;

/** Reads the id keys of a check-in or connect message; throws `PlistError` `missing_key`, `wrong_type`, `out_of_bounds`. */
export function parseIds(message: PlistDict): WireIds {
  const udid = id(message, 'UDID');
  const enrollmentId = id(message, 'EnrollmentID');
  const user = userKeys(message);
  // A message with both is not described anywhere: the stronger name wins, as in nanomdm.
  if (udid !== undefined) return { udid, ...user };
  if (enrollmentId !== undefined) return { enrollmentId, ...user };
  throw new PlistError('missing_key', -1, 'UDID');
}

function userKeys(message: PlistDict): Omit<WireIds, 'udid' | 'enrollmentId'> {
  const userId = id(message, 'UserID');
  const enrollmentUserId = id(message, 'EnrollmentUserID');
  const userShortName = name(message, 'UserShortName');
  const userLongName = name(message, 'UserLongName');
  return {
    ...(userId === undefined ? {} : { userId }),
    ...(enrollmentUserId === undefined ? {} : { enrollmentUserId }),
    ...(userShortName === undefined ? {} : { userShortName }),
    ...(userLongName === undefined ? {} : { userLongName }),
  };
}

/** Ids end up in keys, logs and URLs, so only visible ASCII is taken; an empty id counts as absent. */
function id(message: PlistDict, key: string): string | undefined {
  const value = optionalString(message, key, { max: MAX_ID_LENGTH });
  if (value === undefined || value === '') return undefined;
  if (!isWireId(value)) throw new PlistError('out_of_bounds', -1, key);
  return value;
}

/** Whether text may be an id: 1 to `MAX_ID_LENGTH` visible ASCII characters. */
export function isWireId(value: string): boolean {
  return value.length <= MAX_ID_LENGTH && /^[\x21-\x7e]+$/.test(value);
}

function name(message: PlistDict, key: string): string | undefined {
  const value = optionalString(message, key, { max: MAX_USER_NAME_LENGTH });
  return value === '' ? undefined : value;
}

/** The channel that spoke. Keys of a user mean the user channel. */
export type Channel = 'device' | 'user';

/**
 * The same enrolment always gets the same pair: `deviceId` (UDID or EnrollmentID) and, on the user channel, `userKey`:
 * the user's GUID, the Shared iPad short name, or the `EnrollmentUserID`. Two fields, so no separator can be forged.
 */
export type NormalisedIds = {
  readonly deviceId: string;
  readonly userKey?: string;
  readonly channel: Channel;
  readonly userEnrollment: boolean;
};

/** Normalises wire ids; throws `missing_key` for a Shared iPad user without a short name. */
export function normaliseIds(ids: WireIds): NormalisedIds {
  const userEnrollment = ids.udid === undefined;
  const deviceId = ids.udid ?? ids.enrollmentId;
  const userKey = userKeyOf(ids);
  if (userKey === undefined) return { deviceId, channel: 'device', userEnrollment };
  return { deviceId, userKey, channel: 'user', userEnrollment };
}

function userKeyOf(ids: WireIds): string | undefined {
  if (ids.userId === SHARED_IPAD_USER_ID) {
    if (ids.userShortName === undefined) throw new PlistError('missing_key', -1, 'UserShortName');
    return ids.userShortName;
  }
  return ids.userId ?? ids.enrollmentUserId;
}
