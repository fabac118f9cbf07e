/** Every page of the console, by where it stands; the accessibility tests and the screenshots go through all of them. */
export type Place = { readonly name: string; readonly path: string };

/** Before anybody has signed in; `setup` needs the fragment of a one-time link. */
export function outsidePages(setupCode: string): readonly Place[] {
  return [
    { name: 'sign-in', path: '/sign-in' },
    { name: 'setup', path: `/setup#code=${setupCode}` },
    { name: 'setup-used', path: '/setup#code=unknown' },
  ];
}

export const PROVIDER_PAGES: readonly Place[] = [
  { name: 'provider', path: '/provider' },
  { name: 'provider-staff', path: '/provider/staff' },
  { name: 'provider-api-tokens', path: '/provider/api-tokens' },
  { name: 'provider-audit', path: '/provider/audit' },
  { name: 'account', path: '/account' },
  { name: 'not-found', path: '/no/such/page' },
];

export const DEVICE_TABS = [
  'overview',
  'actions',
  'apps',
  'profiles',
  'certificates',
  'history',
  'identities',
  'raw',
] as const;

export function contractorPages(contractorId: string, deviceId: string): readonly Place[] {
  const base = `/c/${contractorId}`;
  return [
    { name: 'dashboard', path: base },
    { name: 'devices', path: `${base}/devices` },
    { name: 'devices-filtered', path: `${base}/devices?q=iPhone&state=managed&usageMode=company-owned` },
    { name: 'devices-empty', path: `${base}/devices?q=nothing-is-called-so` },
    ...DEVICE_TABS.map((tab) => ({ name: `device-${tab}`, path: `${base}/devices/${deviceId}?tab=${tab}` })),
    { name: 'actions', path: `${base}/actions` },
    { name: 'enrollment', path: `${base}/enrollment` },
    { name: 'persons', path: `${base}/persons` },
    { name: 'groups', path: `${base}/persons?tab=groups` },
    { name: 'events', path: `${base}/events?show=all` },
    { name: 'members', path: `${base}/members` },
    { name: 'api-tokens', path: `${base}/api-tokens` },
    { name: 'push-certificate', path: `${base}/push-certificate` },
    { name: 'audit', path: `${base}/audit` },
    { name: 'settings', path: `${base}/settings` },
  ];
}
