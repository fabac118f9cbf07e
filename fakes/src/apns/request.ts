import { type ApnsReason, MAX_PAYLOAD_BYTES } from './reasons.ts';

/** A push that passed every check that needs no state. */
export type PushRequest = {
  readonly token: string;
  readonly topic: string;
  /** Canonical: lower case. Absent when the sender leaves the choice to us. */
  readonly id?: string;
  readonly priority: number;
  /** Unix seconds; 0 means that it is not kept for a device that is away. */
  readonly expiration: number;
  readonly collapseId?: string;
};

/** Header fields as they came, names in lower case, repeated ones still apart. */
export type RawFields = readonly (readonly [name: string, value: string])[];

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** Longest token we look up, in hex digits. Apple says only that the length varies; ours are 64. */
const MAX_TOKEN_DIGITS = 200;

/**
 * Checks method, path and headers as Apple documents them. `certificateTopic` is the UID of the client's certificate.
 * Stricter than Apple in one place: the push type must be there, where Apple still guesses it.
 */
export function checkHead(fields: RawFields, certificateTopic: string): PushRequest | ApnsReason {
  const duplicate = fields.some(
    ([name], index) => name.startsWith('apns-') && fields.findIndex(([n]) => n === name) < index,
  );
  if (duplicate) return 'DuplicateHeaders';
  const head = new Map(fields);
  if (head.get(':method') !== 'POST') return 'MethodNotAllowed';
  const token = /^\/3\/device\/([^/?]*)$/.exec(head.get(':path') ?? '')?.[1];
  if (token === undefined) return 'BadPath';
  if (token === '') return 'MissingDeviceToken';
  if (!/^(?:[0-9a-f]{2})+$/i.test(token) || token.length > MAX_TOKEN_DIGITS) return 'BadDeviceToken';
  const problem = checkTopic(head.get('apns-topic'), certificateTopic) ?? checkOptions(head);
  if (problem !== undefined) return problem;
  const id = head.get('apns-id')?.toLowerCase();
  const collapseId = head.get('apns-collapse-id');
  return {
    token: token.toLowerCase(),
    topic: certificateTopic,
    priority: Number(head.get('apns-priority') ?? '10'),
    expiration: Number(head.get('apns-expiration') ?? '0'),
    ...(id === undefined ? {} : { id }),
    ...(collapseId === undefined ? {} : { collapseId }),
  };
}

function checkTopic(topic: string | undefined, certificateTopic: string): ApnsReason | undefined {
  if (topic === undefined || topic === '') return 'MissingTopic';
  if (!/^com\.apple\.mgmt\.[\x21-\x7e]+$/.test(topic)) return 'BadTopic';
  return topic === certificateTopic ? undefined : 'TopicDisallowed';
}

function checkOptions(head: ReadonlyMap<string, string>): ApnsReason | undefined {
  if (head.get('apns-push-type') !== 'mdm') return 'InvalidPushType';
  if (!UUID.test(head.get('apns-id') ?? '00000000-0000-0000-0000-000000000000')) return 'BadMessageId';
  if (!/^(?:10|5|1)$/.test(head.get('apns-priority') ?? '10')) return 'BadPriority';
  if (!/^\d{1,15}$/.test(head.get('apns-expiration') ?? '0')) return 'BadExpirationDate';
  const collapse = head.get('apns-collapse-id');
  return collapse !== undefined && (collapse === '' || Buffer.byteLength(collapse) > 64) ? 'BadCollapseId' : undefined;
}

/**
 * The `PushMagic` of a body. Apple names no reason for a body that is JSON of another shape (a device would ignore it),
 * so it is refused here as if it were empty: a sender that writes `aps` or a second key should hear of it.
 */
export function checkBody(body: Buffer): { readonly magic: string } | ApnsReason {
  if (body.length > MAX_PAYLOAD_BYTES) return 'PayloadTooLarge';
  const value = parseJson(body);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'PayloadEmpty';
  const magic: unknown = Reflect.get(value, 'mdm');
  const alone = Object.keys(value).length === 1;
  return alone && typeof magic === 'string' && magic !== '' ? { magic } : 'PayloadEmpty';
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined; // refused by the caller as an empty payload
  }
}
