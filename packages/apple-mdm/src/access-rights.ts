/** Bits of `AccessRights` (fact sheet 1.1). `installProfiles` needs `inspectProfiles`, the provisioning pair likewise. */
export const ACCESS_RIGHTS = {
  inspectProfiles: 1,
  installProfiles: 2,
  lockAndRemovePasscode: 4,
  erase: 8,
  deviceInformation: 16,
  networkInformation: 32,
  inspectProvisioning: 64,
  installProvisioning: 128,
  inspectApps: 256,
  restrictions: 512,
  security: 1024,
  settings: 2048,
  manageApps: 4096,
} as const;

/** Every right. */
export const ALL_ACCESS_RIGHTS = 8191;

export const OWNERSHIPS = ['company-owned', 'personally-owned'] as const;
export type Ownership = (typeof OWNERSHIPS)[number];

/**
 * The rights an enrolment asks for. On a person's own device: install what work needs and see whether the device is
 * safe, nothing else. No erase; no list of apps (256 shows private ones); no network facts (32 gives the phone number);
 * no settings (2048 reaches roaming and Bluetooth). Bit 4 is left out too: locking would be acceptable, but the same
 * bit removes the passcode, which opens private data, and makes the device escrow its unlock token with us. Lost mode
 * and location need no bit: they need supervision, which such a device does not have. A device refuses added rights
 * until it enrols anew.
 */
export function accessRightsFor(ownership: Ownership): number {
  if (ownership === 'company-owned') return ALL_ACCESS_RIGHTS;
  const { inspectProfiles, installProfiles, deviceInformation, security, manageApps } = ACCESS_RIGHTS;
  return inspectProfiles | installProfiles | deviceInformation | security | manageApps;
}

/** Whether a device would take this mask: some right, no unknown bit, and each pair complete. */
export function isValidAccessRights(rights: number): boolean {
  if (!Number.isInteger(rights) || rights < 1 || rights > ALL_ACCESS_RIGHTS) return false;
  return isPaired(rights, 2, 1) && isPaired(rights, 128, 64);
}

function isPaired(rights: number, bit: number, needs: number): boolean {
  return (rights & bit) === 0 || (rights & needs) !== 0;
}
