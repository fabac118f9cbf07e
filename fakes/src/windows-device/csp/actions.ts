import { GET, GET_INT, HRESULT, NodeRefused, oneOf, type Pc, type Rule, range } from './rule.ts';

const WIPE = './Device/Vendor/MSFT/RemoteWipe';
const REBOOT = './Device/Vendor/MSFT/Reboot';
const LOCK = './Device/Vendor/MSFT/RemoteLock';
const FIND = './Device/Vendor/MSFT/RemoteFind';
const LICENSING = './Device/Vendor/MSFT/WindowsLicensing';

const KINDS: readonly (readonly [name: string, builds?: readonly string[]])[] = [
  ['doWipe'],
  ['doWipePersistProvisionedData'],
  ['doWipeProtected', ['15063']],
  ['doWipePersistUserData', ['16299']],
  ['doWipeCloud', ['22621']],
  ['doWipeCloudPersistUserData', ['22621']],
  ['doWipeCloudPersistProvisionedData', ['22621']],
];
const LOCATION = ['Latitude', 'Longitude', 'Altitude', 'Accuracy', 'AltitudeAccuracy', 'Age'] as const;

/** What a server makes a PC do. */
export const ACTIONS: readonly Rule[] = [
  ...KINDS.map(
    ([name, builds]): Rule => ({
      path: `${WIPE}/${name}`,
      format: 'chr',
      verbs: 'E',
      ...(builds === undefined ? {} : { builds }),
      exec: (pc) => wipe(pc, name),
    }),
  ),
  { path: `${REBOOT}/RebootNow`, format: 'null', verbs: 'EG', builds: ['14393'], read: () => '', exec: restart },
  {
    path: `${REBOOT}/Schedule/Single`,
    format: 'chr',
    verbs: 'ADGR',
    builds: ['14393'],
    upsert: true,
    allowed: isLocalTime,
  },
  {
    path: `${REBOOT}/Schedule/DailyRecurrent`,
    format: 'chr',
    verbs: 'ADGR',
    builds: ['14393'],
    upsert: true,
    allowed: isLocalTime,
  },
  { path: `${LOCK}/Lock`, format: 'null', verbs: 'E', exec: lock },
  { path: `${LOCK}/LockAndResetPIN`, format: 'null', verbs: 'E', exec: lock },
  { path: `${LOCK}/LockAndRecoverPIN`, format: 'null', verbs: 'E', builds: ['15063'], exec: lock },
  {
    path: `${FIND}/DesiredAccuracy`,
    format: 'int',
    verbs: 'GR',
    notOn: ['home'],
    initial: '50',
    allowed: range(1, 1000),
  },
  { path: `${FIND}/Timeout`, format: 'int', verbs: 'GR', notOn: ['home'], initial: '7', allowed: range(0, 1800) },
  { path: `${FIND}/MaximumAge`, format: 'int', verbs: 'GR', notOn: ['home'], initial: '60', allowed: range(0, 1440) },
  ...LOCATION.map(
    (name): Rule => ({
      path: `${FIND}/Location/${name}`,
      format: name === 'Age' || name.endsWith('Accuracy') ? 'int' : 'chr',
      verbs: 'G',
      notOn: ['home'],
      read: (pc) => locate(pc, name),
    }),
  ),
  { path: `${LICENSING}/Edition`, ...GET_INT, read: ({ blueprint }) => blueprint.edition.number },
  { path: `${LICENSING}/Status`, ...GET_INT, read: () => 1 },
  { path: `${LICENSING}/LicenseKeyType`, ...GET, read: () => 'Retail' },
  { path: `${LICENSING}/SMode/Status`, ...GET_INT, builds: ['17763'], read: () => 2 },
  {
    path: `${LICENSING}/SMode/SwitchingPolicy`,
    format: 'int',
    verbs: 'ADGR',
    builds: ['17763'],
    upsert: true,
    allowed: oneOf(0, 1),
  },
];

/** A reset wants a recovery environment that works; what comes from the cloud wants the same. */
function wipe({ blueprint, aftermath }: Pc, how: string): undefined {
  if (!blueprint.recoveryEnvironment) throw new NodeRefused(500, HRESULT.notFound);
  aftermath.push({ kind: 'wipe', how });
}

function restart({ aftermath }: Pc): undefined {
  aftermath.push({ kind: 'restart' });
}

/** A feature of phones: PCs refuse it, whatever their DDF says (fact sheet 5.2). */
function lock({ blueprint, state, aftermath }: Pc): undefined {
  if (blueprint.remoteLock !== true) throw new NodeRefused(405);
  state.locks += 1;
  aftermath.push({ kind: 'lock' });
}

/** Nothing to read while location services are off, or without a fix. */
function locate({ fix }: Pc, name: (typeof LOCATION)[number]): string | number {
  if (fix === undefined) throw new NodeRefused(500, HRESULT.accessDenied);
  const values = {
    Latitude: fix.latitude.toFixed(6),
    Longitude: fix.longitude.toFixed(6),
    Altitude: '0.000000',
    Accuracy: Math.round(fix.accuracy),
    AltitudeAccuracy: 0,
    Age: 0,
  };
  return values[name];
}

function isLocalTime(value: string): boolean {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)?$/.test(value);
}
