/** The parts of the device page, as they stand in its URL. */
export const DEVICE_TABS = [
  'overview',
  'actions',
  'apps',
  'profiles',
  'certificates',
  'history',
  'identities',
  'recoveryKeys',
  'raw',
] as const;
export type DeviceTab = (typeof DEVICE_TABS)[number];
