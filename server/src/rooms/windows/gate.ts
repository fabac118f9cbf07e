import type { EnrollmentMethod } from '@tsukasa/api';
import { writeCustomizations } from '@tsukasa/windows-mdm';
import { DomainError } from '../../base/errors.ts';
import { newId } from '../../base/ids.ts';
import type { InvitationGate, UsableInvitation } from '../devices/index.ts';
import { discoveryUrlOf, isTrustworthy, serverAddressOf, userNameOf } from './addresses.ts';
import { deepLinkOf } from './enrollment-page.ts';

/** Windows needs nothing from outside to enroll, but it speaks only to servers on https. */
export function createGate(publicUrl: string): InvitationGate {
  return {
    modes: { 'company-owned': ['device'], 'personally-owned': ['device'] },
    check: async () => {
      if (isTrustworthy(publicUrl)) return;
      throw new DomainError('precondition_failed', 'Windows needs https', {
        reason: 'windows.https_needed',
        params: { publicUrl },
      });
    },
    methods: async (_contractorId, invitation) => methodsOf(publicUrl, invitation),
  };
}

function methodsOf(publicUrl: string, invitation: UsableInvitation): readonly EnrollmentMethod[] {
  const method = (kind: EnrollmentMethod['kind'], value: string, ...notes: readonly string[]): EnrollmentMethod => ({
    kind,
    value,
    expiresAt: null,
    notes: notes.map((code) => ({ code })),
  });
  const customizations = writeCustomizations({
    packageId: newId(),
    packageName: `Tsukasa ${invitation.invitationId.slice(-12)}`,
    upn: userNameOf(publicUrl),
    discoveryUrl: discoveryUrlOf(publicUrl, invitation.code),
    secret: invitation.code,
  });
  return [
    method('link', invitation.url),
    method('deep_link', deepLinkOf(publicUrl, invitation), 'windows.administrator_needed'),
    method('server_address', serverAddressOf(publicUrl)),
    method('user_name', userNameOf(publicUrl), 'windows.any_user_name'),
    method('password', invitation.code, 'windows.password_is_code'),
    // A package enrolls every PC that it is applied to; a personal one has its owner before it.
    ...(invitation.usageMode === 'company-owned'
      ? [method('provisioning_package', customizations, 'windows.package_designer', 'windows.package_secret')]
      : []),
  ];
}
