import { parseIds, type WireIds } from './ids.ts';
import { type PlistReadOptions, readPlistDict } from './plist.ts';
import {
  dataAt,
  optionalBoolean,
  optionalData,
  optionalDict,
  optionalString,
  type PlistDict,
  stringAt,
} from './plist-value.ts';
import { writePlist } from './plist-write.ts';

/** Sizes, in bytes after base64 decoding or in characters. Our choices: Apple's check-in schema names none. */
export const CHECKIN_LIMITS = {
  /** A whole message; a status report of declarative management, base64 encoded, is the largest honest part. */
  message: 12 * 1024 * 1024,
  pushToken: 256,
  pushMagic: 256,
  unlockToken: 256 * 1024,
  bootstrapToken: 64 * 1024,
  topic: 256,
  endpoint: 512,
  digestResponse: 4096,
  fact: 512,
} as const;

/** Facts an `Authenticate` may carry. User Enrolment never sends serial number, IMEI or MEID. */
export type AuthenticateFacts = {
  readonly deviceName?: string;
  readonly model?: string;
  readonly modelName?: string;
  readonly productName?: string;
  readonly osVersion?: string;
  readonly buildVersion?: string;
  readonly serialNumber?: string;
  readonly imei?: string;
  readonly meid?: string;
};

type Common = { readonly ids: WireIds; readonly raw: PlistDict };

/** One check-in message (fact sheet 2.2), told apart by `type`, which is the wire's `MessageType` or `unknown`. */
export type CheckinMessage =
  | (Common & { readonly type: 'Authenticate'; readonly topic: string; readonly facts: AuthenticateFacts })
  | (Common & {
      readonly type: 'TokenUpdate';
      readonly topic: string;
      readonly token: Buffer;
      readonly pushMagic: string;
      readonly unlockToken?: Buffer;
      readonly awaitingConfiguration: boolean;
      readonly notOnConsole?: boolean;
    })
  | (Common & { readonly type: 'CheckOut'; readonly topic?: string })
  | (Common & {
      readonly type: 'SetBootstrapToken';
      /** Absent: the device asks to forget the token. */
      readonly bootstrapToken?: Buffer;
      readonly awaitingConfiguration: boolean;
    })
  | (Common & { readonly type: 'GetBootstrapToken'; readonly awaitingConfiguration: boolean })
  | (Common & { readonly type: 'UserAuthenticate'; readonly digestResponse?: string })
  | (Common & { readonly type: 'DeclarativeManagement'; readonly endpoint: string; readonly data?: Buffer })
  | (Common & { readonly type: 'GetToken'; readonly tokenServiceType: string; readonly tokenParameters?: PlistDict })
  | { readonly type: 'unknown'; readonly messageType: string; readonly ids?: WireIds; readonly raw: PlistDict };

/** Reads one check-in body. Throws only `PlistError`; a `MessageType` not in the list becomes `unknown`. */
export function parseCheckin(bytes: Uint8Array, options: PlistReadOptions = {}): CheckinMessage {
  const raw = readPlistDict(bytes, { maxBytes: CHECKIN_LIMITS.message, illegalCharacters: 'replace', ...options });
  return parseCheckinDict(raw);
}

/** As `parseCheckin`, for a dictionary already read. */
export function parseCheckinDict(raw: PlistDict): CheckinMessage {
  const messageType = stringAt(raw, 'MessageType', { min: 1, max: 128 });
  switch (messageType) {
    case 'Authenticate':
      return { type: messageType, ids: parseIds(raw), topic: topicAt(raw), facts: authenticateFacts(raw), raw };
    case 'TokenUpdate':
      return tokenUpdate(raw);
    case 'CheckOut': {
      const topic = optionalString(raw, 'Topic', { max: CHECKIN_LIMITS.topic });
      return { type: messageType, ids: parseIds(raw), ...(topic === undefined ? {} : { topic }), raw };
    }
    case 'SetBootstrapToken':
      return setBootstrapToken(raw);
    case 'GetBootstrapToken':
      return { type: messageType, ids: parseIds(raw), awaitingConfiguration: awaiting(raw), raw };
    case 'UserAuthenticate': {
      const digestResponse = optionalString(raw, 'DigestResponse', { max: CHECKIN_LIMITS.digestResponse });
      return {
        type: messageType,
        ids: parseIds(raw),
        ...(digestResponse === undefined ? {} : { digestResponse }),
        raw,
      };
    }
    case 'DeclarativeManagement':
      return declarativeManagement(raw);
    case 'GetToken':
      return getToken(raw);
    default:
      return unknownMessage(messageType, raw);
  }
}

function topicAt(raw: PlistDict): string {
  return stringAt(raw, 'Topic', { min: 1, max: CHECKIN_LIMITS.topic });
}

function awaiting(raw: PlistDict): boolean {
  return optionalBoolean(raw, 'AwaitingConfiguration') ?? false;
}

const FACT_KEYS = [
  ['deviceName', 'DeviceName'],
  ['model', 'Model'],
  ['modelName', 'ModelName'],
  ['productName', 'ProductName'],
  ['osVersion', 'OSVersion'],
  ['buildVersion', 'BuildVersion'],
  ['serialNumber', 'SerialNumber'],
  ['imei', 'IMEI'],
  ['meid', 'MEID'],
] as const;

/** These only describe: one of an odd type or size is left out (it stays in `raw`) and the enrolment goes on. */
function authenticateFacts(raw: PlistDict): AuthenticateFacts {
  const facts: { -readonly [K in keyof AuthenticateFacts]: string } = {};
  for (const [ours, wire] of FACT_KEYS) {
    const value = raw[wire];
    if (typeof value === 'string' && value !== '' && value.length <= CHECKIN_LIMITS.fact) facts[ours] = value;
  }
  return facts;
}

function tokenUpdate(raw: PlistDict): CheckinMessage {
  const unlockToken = optionalData(raw, 'UnlockToken', { max: CHECKIN_LIMITS.unlockToken });
  const notOnConsole = optionalBoolean(raw, 'NotOnConsole');
  return {
    type: 'TokenUpdate',
    ids: parseIds(raw),
    topic: topicAt(raw),
    token: dataAt(raw, 'Token', { min: 1, max: CHECKIN_LIMITS.pushToken }),
    pushMagic: stringAt(raw, 'PushMagic', { min: 1, max: CHECKIN_LIMITS.pushMagic }),
    ...(unlockToken === undefined || unlockToken.length === 0 ? {} : { unlockToken }),
    awaitingConfiguration: awaiting(raw),
    ...(notOnConsole === undefined ? {} : { notOnConsole }),
    raw,
  };
}

function setBootstrapToken(raw: PlistDict): CheckinMessage {
  const token = optionalData(raw, 'BootstrapToken', { max: CHECKIN_LIMITS.bootstrapToken });
  return {
    type: 'SetBootstrapToken',
    ids: parseIds(raw),
    ...(token === undefined || token.length === 0 ? {} : { bootstrapToken: token }),
    awaitingConfiguration: awaiting(raw),
    raw,
  };
}

function declarativeManagement(raw: PlistDict): CheckinMessage {
  const data = optionalData(raw, 'Data');
  const endpoint = stringAt(raw, 'Endpoint', { min: 1, max: CHECKIN_LIMITS.endpoint });
  return { type: 'DeclarativeManagement', ids: parseIds(raw), endpoint, ...(data === undefined ? {} : { data }), raw };
}

function getToken(raw: PlistDict): CheckinMessage {
  const tokenParameters = optionalDict(raw, 'TokenParameters');
  return {
    type: 'GetToken',
    ids: parseIds(raw),
    tokenServiceType: stringAt(raw, 'TokenServiceType', { min: 1, max: 256 }),
    ...(tokenParameters === undefined ? {} : { tokenParameters }),
    raw,
  };
}

function unknownMessage(messageType: string, raw: PlistDict): CheckinMessage {
  const named = raw.UDID !== undefined || raw.EnrollmentID !== undefined;
  return { type: 'unknown', messageType, ...(named ? { ids: parseIds(raw) } : {}), raw };
}

/** Answer to `GetBootstrapToken`. With no token on file answer 200 with an empty body instead (fact sheet 2.2). */
export function bootstrapTokenBody(token: Uint8Array): Buffer {
  return writePlist({ BootstrapToken: Buffer.from(token) });
}

/** First answer to `UserAuthenticate`; an empty challenge accepts the user without credentials (fact sheet 2.9). */
export function digestChallengeBody(challenge: string): Buffer {
  return writePlist({ DigestChallenge: challenge });
}

/** Second answer to `UserAuthenticate`; an empty token says the password was wrong. */
export function authTokenBody(authToken: string): Buffer {
  return writePlist({ AuthToken: authToken });
}

/** Answer to `GetToken`. */
export function tokenDataBody(tokenData: Uint8Array): Buffer {
  return writePlist({ TokenData: Buffer.from(tokenData) });
}

/** Content type of the plist bodies built here. */
export const PLIST_CONTENT_TYPE = 'application/xml';

/**
 * Body of the 403 that tells a device it is not managed here any more: it removes its enrolment (iOS 17, macOS 14,
 * tvOS 17, visionOS 1.1, watchOS 10 and later). `description` goes to the device's log, `message` to its user.
 */
export function unrecognizedDeviceBody(
  texts: { readonly description?: string; readonly message?: string } = {},
): Buffer {
  return writePlist({ code: 'com.apple.unrecognized.device', ...texts });
}
