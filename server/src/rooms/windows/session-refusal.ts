import type { DeviceId, Severity } from '../devices/index.ts';

/**
 * Why a message is refused: the HTTP status when it cannot be read as SyncML, otherwise the status of its header (fact sheet
 * 4.5), and what an administrator sees. Without a proof of who it is a device gets a question (401, 407) and no word else.
 */
export const SESSION_REFUSALS = {
  'channel.malformed': { http: 400, severity: 'warning' },
  'channel.too_large': { http: 413, severity: 'warning' },
  'channel.unsupported': { http: 415, severity: 'notice' },
  'channel.unsupported_version': { sync: 505, severity: 'notice' },
  'channel.unsupported_protocol': { sync: 513, severity: 'notice' },
  'channel.bad_credentials': { sync: 401, severity: 'warning' },
  'channel.no_identity': { sync: 407, severity: undefined },
  'channel.bad_certificate': { sync: 401, severity: 'warning' },
  'channel.bad_signature': { sync: 401, severity: 'warning' },
  'channel.identities_differ': { sync: 401, severity: 'alarm' },
  'channel.foreign_certificate': { sync: 401, severity: 'warning' },
  'channel.unknown_device': { sync: 401, severity: 'warning' },
  'channel.expired_certificate': { sync: 401, severity: 'alarm' },
  'channel.revoked_certificate': { sync: 401, severity: 'alarm' },
  'channel.superseded_certificate': { sync: 401, severity: 'warning' },
  'channel.certificate_of_another_device': { sync: 401, severity: 'alarm' },
  'channel.gone': { sync: 403, severity: 'notice' },
  'channel.out_of_order': { sync: 400, severity: 'notice' },
  'channel.flooded': { sync: 413, severity: 'warning' },
} as const satisfies Record<
  string,
  { readonly http?: number; readonly sync?: number; readonly severity: Severity | undefined }
>;
export type SessionRefusalKind = keyof typeof SESSION_REFUSALS;

/** A refusal on its way to the endpoint. `detail` names a place or a code, never a value. */
export class SessionRefusal extends Error {
  readonly kind: SessionRefusalKind;
  readonly detail: string | undefined;
  readonly deviceId: DeviceId | undefined;
  /** What makes two of them the same event: a device, a certificate, or nothing. */
  readonly subject: string;
  /** With 401 and 407: the nonce for the digest. */
  readonly nonce: Buffer | undefined;

  constructor(
    kind: SessionRefusalKind,
    options: {
      readonly detail?: string | undefined;
      readonly deviceId?: DeviceId | undefined;
      readonly subject?: string | undefined;
      readonly nonce?: Buffer | undefined;
    } = {},
  ) {
    super(kind);
    this.name = 'SessionRefusal';
    this.kind = kind;
    this.detail = options.detail;
    this.deviceId = options.deviceId;
    this.subject = options.subject ?? options.deviceId ?? '';
    this.nonce = options.nonce;
  }
}
