import type { Tx } from '../../base/db.ts';
import { DomainError } from '../../base/errors.ts';
import type { ContractorId } from '../../base/ids.ts';
import type { DeviceChannel, DeviceId, InvitationGate, UsableInvitation } from '../devices/index.ts';
import type { Parts } from './deps.ts';
import { findOfDevice } from './device-store.ts';
import { enrollmentToken } from './enrollment-tokens.ts';
import { notBound } from './enterprise.ts';
import { findEnterprise } from './enterprise-store.ts';
import { MODES } from './model.ts';
import { enrollLink } from './page.ts';
import { unwantToken } from './token-store.ts';

// What other rooms ask of this one, through ports that they declare.

/** How the device page sees the channel: Google wakes devices, and promises no time. */
export function createChannel(): DeviceChannel {
  return {
    describe,
    details: async (tx, contractorId, deviceId) => (await findOfDevice(tx, contractorId, deviceId))?.details ?? [],
    // Google keeps the tokens of its own push service.
    deadTokens: async () => [],
  };
}

async function describe(tx: Tx, contractorId: ContractorId, deviceId: DeviceId) {
  const row = await findOfDevice(tx, contractorId, deviceId);
  const enterprise = await findEnterprise(tx, contractorId);
  const whyNot = whyNotWake(row?.state, enterprise?.state);
  return {
    canWake: whyNot === null,
    whyNot,
    lastWakeAt: null,
    lastWakeAnswer: null,
    nextWakeAt: null,
    nextObservationAt: null,
    nextContactAt: null,
    nextContactBasis: whyNot === 'not_enrolled' ? null : { code: 'android.reports' },
    identityNotAfter: null,
    identitySerial: null,
  };
}

function whyNotWake(device: string | undefined, enterprise: string | undefined): string | null {
  if (device !== 'enrolled') return 'not_enrolled';
  if (enterprise === 'lost') return 'enterprise_lost';
  return enterprise === 'bound' ? null : 'not_bound';
}

/** Devices are invited into a bound enterprise only. */
export function createGate(parts: Parts): InvitationGate {
  return {
    modes: MODES,
    check: async (tx, contractorId) => {
      const row = await findEnterprise(tx, contractorId);
      if (row?.state === 'lost') {
        throw new DomainError('precondition_failed', 'the enterprise is lost', { reason: 'android.enterprise_lost' });
      }
      if (row?.state !== 'bound') throw notBound();
    },
    methods: (contractorId, invitation) => methods(parts, contractorId, invitation),
    revoked: unwantToken,
  };
}

/** Every way into the mode of an invitation (fact sheet 2.3). Asks Google for the token when it is first wanted. */
async function methods(parts: Parts, contractorId: ContractorId, invitation: UsableInvitation) {
  const { value, qrCode, expiresAt: ends } = await enrollmentToken(parts, contractorId, invitation);
  const expiresAt = Temporal.Instant.compare(ends, invitation.expiresAt) < 0 ? ends.toString() : null;
  const way = <K extends string>(kind: K, text: string, ...codes: readonly string[]) => ({
    kind,
    value: text,
    expiresAt,
    notes: codes.map((code) => ({ code })),
  });
  const page = way('link', invitation.url);
  const token = way('token', value, 'android.token_is_secret');
  if (invitation.usageMode === 'personally-owned') {
    return [page, way('deep_link', enrollLink(value), 'android.open_on_the_device'), token];
  }
  return [
    page,
    way('qr_code', qrCode, 'android.scan_at_first_screen', 'android.factory_new_only'),
    way('dpc_identifier', 'afw#setup', 'android.then_enter_token', 'android.factory_new_only'),
    token,
    way('zero_touch', zeroTouchExtras(value), 'android.zero_touch_portal', 'android.zero_touch_ends_with_invitation'),
  ];
}

/** The DPC extras of a zero-touch configuration (fact sheet 2.5). */
export function zeroTouchExtras(token: string): string {
  return JSON.stringify({
    'android.app.extra.PROVISIONING_ADMIN_EXTRAS_BUNDLE': {
      'com.google.android.apps.work.clouddpc.EXTRA_ENROLLMENT_TOKEN': token,
    },
  });
}
