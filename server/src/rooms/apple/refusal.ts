import type { DeviceId, Severity } from '../devices/index.ts';

/**
 * Why a device is refused: what it gets (docs/protocols/apple.md has the table) and what an administrator sees. Never a
 * 401, which on these enrollments tells the device to leave (fact sheet 2.5).
 */
export const REFUSALS = {
  'channel.malformed': { status: 400, severity: 'warning' },
  'channel.too_large': { status: 413, severity: 'warning' },
  'channel.no_identity': { status: 400, severity: 'warning' },
  'channel.bad_certificate': { status: 400, severity: 'warning' },
  'channel.bad_signature': { status: 400, severity: 'warning' },
  'channel.identities_differ': { status: 400, severity: 'alarm' },
  'channel.foreign_certificate': { status: 400, severity: 'warning' },
  'channel.unknown_certificate': { status: 400, severity: 'warning' },
  'channel.expired_certificate': { status: 400, severity: 'warning' },
  'channel.revoked_certificate': { status: 403, severity: 'alarm' },
  'channel.superseded_certificate': { status: 403, severity: 'warning' },
  'channel.certificate_of_another_device': { status: 400, severity: 'alarm' },
  'channel.replayed_certificate': { status: 400, severity: 'alarm' },
  'channel.hardware_differs': { status: 400, severity: 'alarm' },
  'channel.unknown_device': { status: 400, severity: 'warning' },
  'channel.gone': { status: 403, severity: 'notice' },
  'channel.not_supported': { status: 403, severity: 'warning' },
  'channel.not_entitled': { status: 403, severity: 'warning' },
  'channel.invitation_not_usable': { status: 403, severity: 'warning' },
  'channel.unsupported': { status: 400, severity: 'notice' },
  'channel.user_refused': { status: 410, severity: 'notice' },
  'channel.unknown_message': { status: 400, severity: 'warning' },
  'channel.unknown_token_service': { status: 400, severity: 'notice' },
} as const satisfies Record<string, { readonly status: number; readonly severity: Severity }>;
export type RefusalKind = keyof typeof REFUSALS;

/** A refusal on its way to the endpoint, which answers it and records it. `detail` names a place or a code, never a value. */
export class Refusal extends Error {
  readonly kind: RefusalKind;
  readonly detail: string | undefined;
  readonly deviceId: DeviceId | undefined;
  /** What makes two of them the same event: a device, a certificate, or nothing. */
  readonly subject: string;

  constructor(
    kind: RefusalKind,
    options: {
      readonly detail?: string | undefined;
      readonly deviceId?: DeviceId | undefined;
      readonly subject?: string | undefined;
    } = {},
  ) {
    super(kind);
    this.name = 'Refusal';
    this.kind = kind;
    this.detail = options.detail;
    this.deviceId = options.deviceId;
    this.subject = options.subject ?? options.deviceId ?? '';
  }
}
