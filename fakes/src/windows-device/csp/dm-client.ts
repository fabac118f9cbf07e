import { accountUid } from '../provisioning.ts';
import { GET, GET_INT, HRESULT, leaves, NodeRefused, oneOf, type Pc, type Rule, range } from './rule.ts';

const PROVIDER = './Device/Vendor/MSFT/DMClient/Provider/{ProviderID}';
const ACCOUNT = './SyncML/DMAcc/{AccountUID}';
const CREDENTIALS = `${ACCOUNT}/AppAuth/{ObjectName}`;
const COUNTS = ['NumberOfFirstRetries', 'NumberOfSecondRetries', 'NumberOfRemainingScheduledRetries'] as const;
const INTERVALS = [
  'IntervalForFirstSetOfRetries',
  'IntervalForSecondSetOfRetries',
  'IntervalForRemainingScheduledRetries',
] as const;

const SET_TEXT = { format: 'chr', verbs: 'ADGR', upsert: true } as const;

/** The tie to the server: `DMClient` and the OMA DM account. */
export const DM_CLIENT: readonly Rule[] = [
  {
    path: './Device/Vendor/MSFT/DMClient/Provider',
    format: 'node',
    verbs: 'G',
    names: ({ account }) => [account.providerId],
  },
  { path: PROVIDER, format: 'node', verbs: 'AG', explicit: true },
  ...leaves(
    PROVIDER,
    ['EntDeviceName', 'EntDMID', 'UPN', 'HelpPhoneNumber', 'HelpWebsite', 'HelpEmailAddress'],
    () => SET_TEXT,
  ),
  ...leaves(PROVIDER, ['AADResourceID', 'ManagementServerAddressList', 'ManagementServerToUpgradeTo'], () => SET_TEXT),
  { path: `${PROVIDER}/ManagementServiceAddress`, format: 'chr', verbs: 'GR', read: ({ account }) => account.address },
  { path: `${PROVIDER}/SignedEntDMID`, ...GET },
  { path: `${PROVIDER}/CertRenewTimeStamp`, ...GET },
  { path: `${PROVIDER}/EnrollmentType`, ...GET, builds: ['14393'], read: ({ account }) => account.enrollmentType },
  { path: `${PROVIDER}/AADDeviceID`, ...GET, builds: ['14393'], read: () => '' },
  { path: `${PROVIDER}/HWDevID`, ...GET, builds: ['14393'], read: ({ blueprint }) => blueprint.hardwareId },
  {
    path: `${PROVIDER}/SyncApplicationVersion`,
    ...SET_TEXT,
    initial: '1.0',
    allowed: oneOf('1.0', '2.0', '3.0', '4.0', '5.0', '6.0'),
  },
  {
    path: `${PROVIDER}/MaxSyncApplicationVersion`,
    ...GET,
    read: ({ blueprint }) => (blueprint.build >= 22000 ? '6.0' : '5.0'),
  },
  { path: `${PROVIDER}/RequireMessageSigning`, format: 'bool', verbs: 'ADGR', initial: 'false', upsert: true },
  {
    path: `${PROVIDER}/NumberOfDaysAfterLostContactToUnenroll`,
    format: 'int',
    verbs: 'ADGR',
    builds: ['16299'],
    upsert: true,
    allowed: range(0, 3650),
  },
  {
    path: `${PROVIDER}/Push/PFN`,
    ...SET_TEXT,
    written: openChannel,
    removed: closeChannel,
  },
  { path: `${PROVIDER}/Push/ChannelURI`, ...GET, read: ({ state }) => state.channel?.uri || undefined },
  { path: `${PROVIDER}/Push/Status`, ...GET_INT, read: ({ state }) => state.channel?.status ?? 4 },
  ...leaves(`${PROVIDER}/Poll`, COUNTS, () => pollRule(range(0, 999_999))),
  ...leaves(`${PROVIDER}/Poll`, INTERVALS, () => pollRule(range(0, 99_999))),
  ...leaves(`${PROVIDER}/Poll`, ['PollOnLogin', 'AllUsersPollOnFirstLogin'], () => ({
    format: 'bool',
    verbs: 'ADGR',
    initial: 'false',
    upsert: true,
  })),
  { path: `${PROVIDER}/Unenroll`, format: 'chr', verbs: 'EG', read: () => '', exec: unenroll },
  {
    path: `${PROVIDER}/ConfigRefresh/Enabled`,
    format: 'bool',
    verbs: 'ADGR',
    builds: ['22621.3235', '22000.2836'],
    initial: 'false',
    upsert: true,
  },
  {
    path: `${PROVIDER}/ConfigRefresh/Cadence`,
    format: 'int',
    verbs: 'ADGR',
    builds: ['22621.3235', '22000.2836'],
    initial: '90',
    upsert: true,
    allowed: range(30, 1440),
  },
  {
    path: './Device/Vendor/MSFT/DMClient/Unenroll',
    format: 'chr',
    verbs: 'EG',
    read: () => '',
    exec: (pc, _names, data) => unenroll(pc, { ProviderID: pc.account.providerId }, data),
  },

  { path: './SyncML/DMAcc', format: 'node', verbs: 'G', names: ({ account }) => [accountUid(account.providerId)] },
  { path: ACCOUNT, format: 'node', verbs: 'G', explicit: true },
  { path: `${ACCOUNT}/AppID`, ...GET, read: () => 'w7' },
  { path: `${ACCOUNT}/ServerID`, ...GET, read: ({ account }) => account.providerId },
  { path: `${ACCOUNT}/Name`, format: 'chr', verbs: 'GR', read: ({ account }) => account.name },
  { path: `${ACCOUNT}/AppAuth`, format: 'node', verbs: 'G', names: () => ['CLCRED', 'SRVCRED'] },
  { path: CREDENTIALS, format: 'node', verbs: 'G', explicit: true },
  { path: `${CREDENTIALS}/AAuthLevel`, ...GET, read: (_pc, { ObjectName }) => ObjectName },
  { path: `${CREDENTIALS}/AAuthType`, ...GET, read: () => 'DIGEST' },
  {
    path: `${CREDENTIALS}/AAuthName`,
    format: 'chr',
    verbs: 'GR',
    read: ({ account }) => account.credential.name,
    written: rename,
  },
  { path: `${CREDENTIALS}/AAuthSecret`, format: 'chr', verbs: 'GR', writeOnly: true, written: rekey },
  { path: `${CREDENTIALS}/AAuthData`, format: 'bin', verbs: 'GR', writeOnly: true },
  {
    path: `${ACCOUNT}/Ext/Microsoft/SSLCLIENTCERTSEARCHCRITERIA`,
    format: 'chr',
    verbs: 'GR',
    read: ({ account }) => account.searchCriteria,
  },
];

function pollRule(allowed: (value: string) => boolean): Omit<Rule, 'path'> {
  return { format: 'int', verbs: 'ADGR', initial: '0', upsert: true, allowed };
}

/** Windows takes the name of an app that it can ask a channel for; the channel itself comes a little later. */
function openChannel({ state, now }: Pc, _names: unknown, value: string): void {
  const legal = /^[A-Za-z0-9.-]{3,50}_[a-z0-9]{13}$/.test(value);
  state.channel = { uri: '', status: legal ? 4 : 1, openedAt: now };
}

function closeChannel({ state }: Pc): void {
  state.channel = undefined;
}

/** The wrong word is refused; with the right one no Status comes (fact sheet 7.4). */
function unenroll(
  { account, aftermath }: Pc,
  { ProviderID }: { readonly [name: string]: string },
  data: string,
): undefined {
  if (data !== account.providerId || ProviderID !== account.providerId)
    throw new NodeRefused(500, HRESULT.invalidArgument);
  aftermath.push({ kind: 'unenroll' });
}

function rename({ account }: Pc, { ObjectName }: { readonly [name: string]: string }, value: string): void {
  if (ObjectName === 'CLCRED') account.credential.name = value;
}

function rekey({ account }: Pc, { ObjectName }: { readonly [name: string]: string }, value: string): void {
  if (ObjectName === 'CLCRED') account.credential.secret = value;
}
