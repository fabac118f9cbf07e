import { field, instantOf, parseObject, textOf } from '../json.ts';
import { enterpriseOfName } from '../model.ts';

/** A Pub/Sub push message, unwrapped (fact sheet 5.3). */
export type PushMessage = {
  readonly messageId: string;
  /** `ENROLLMENT`, `STATUS_REPORT`, ... or whatever else it says; upper case. */
  readonly kind: string;
  readonly data: Buffer;
  readonly publishedAt: Temporal.Instant | undefined;
  /** The enterprise that the payload is about; undefined for a test message, and for one that names none. */
  readonly enterprise: string | undefined;
};

const BASE64 = /^[A-Za-z0-9+/_-]*={0,2}$/;

/** Reads the body of a push request; undefined when it is no such message. Anything inside may be of any kind. */
export function readEnvelope(body: Uint8Array): PushMessage | undefined {
  const message = field(parseObject(body), 'message');
  const messageId = textOf(field(message, 'messageId') ?? field(message, 'message_id'), 200);
  const encoded = field(message, 'data') ?? '';
  if (messageId === undefined || typeof encoded !== 'string' || !BASE64.test(encoded)) return undefined;
  const kind = textOf(field(message, 'attributes', 'notificationType'), 60);
  const data = Buffer.from(encoded, 'base64');
  return {
    messageId,
    kind: (kind ?? '').toUpperCase(),
    data,
    publishedAt: instantOf(field(message, 'publishTime') ?? field(message, 'publish_time')),
    enterprise: enterpriseIn(data),
  };
}

/** A Device or an Operation has its name, usage logs their device, an upgrade its enterprise. */
function enterpriseIn(data: Uint8Array): string | undefined {
  const payload = parseObject(data);
  for (const name of ['name', 'device', 'enterprise']) {
    const enterprise = enterpriseOfName(textOf(field(payload, name), 400));
    if (enterprise !== undefined) return enterprise;
  }
  return undefined;
}
