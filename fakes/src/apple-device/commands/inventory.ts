import type { PlistDict } from '@tsukasa/apple-mdm';
import type { App } from '../apps.ts';
import { type Answer, acknowledged, type CommandContext, type InstalledProfile, isPhoneOrPad } from '../state.ts';

export function installedApplicationList({ blueprint, state }: CommandContext, command: PlistDict): Answer {
  const identifiers = Array.isArray(command.Identifiers) ? new Set(command.Identifiers) : undefined;
  const mobile = blueprint.platform !== 'macOS';
  const list = state.apps
    .filter(({ managed }) => managed || command.ManagedAppsOnly !== true)
    .filter(({ identifier }) => identifiers?.has(identifier) ?? true)
    .map((app) => only(appEntry(app, mobile), command.Items));
  return acknowledged({ InstalledApplicationList: list });
}

function appEntry(app: App, mobile: boolean): PlistDict {
  return {
    Identifier: app.identifier,
    Name: app.name,
    Version: app.version,
    ShortVersion: app.shortVersion,
    BundleSize: app.bundleBytes,
    ...(mobile ? { DynamicSize: app.dynamicBytes, IsValidated: true } : {}),
    Installing: false,
    AppStoreVendable: !app.identifier.startsWith('jp.example.'),
    DeviceBasedVPP: app.managed,
    BetaApp: false,
    AdHocCodeSigned: false,
    HasUpdateAvailable: app.bundleBytes % 5 === 0,
  };
}

/** `Items` names the keys that are wanted. */
function only(entry: PlistDict, items: PlistDict[string]): PlistDict {
  if (!Array.isArray(items)) return entry;
  const wanted: ReadonlySet<unknown> = new Set(items);
  return Object.fromEntries(Object.entries(entry).filter(([key]) => wanted.has(key)));
}

export function managedApplicationList({ state }: CommandContext): Answer {
  const list = state.apps
    .filter(({ managed }) => managed)
    .map(({ identifier }) => [
      identifier,
      { Status: 'Managed', ManagementFlags: 1, HasConfiguration: false, HasFeedback: false, IsValidated: true },
    ]);
  return acknowledged({ ManagedApplicationList: Object.fromEntries(list) });
}

export function profileList(context: CommandContext, command: PlistDict): Answer {
  const list = context.state.profiles
    .filter(({ managed }) => managed || command.ManagedOnly !== true)
    .map((profile) => profileEntry(profile, isPhoneOrPad(context)));
  return acknowledged({ ProfileList: list });
}

const PROFILE_KEYS = [
  'PayloadVersion',
  'PayloadDisplayName',
  'PayloadOrganization',
  'PayloadDescription',
  'PayloadRemovalDisallowed',
] as const;
const PAYLOAD_KEYS = [
  'PayloadType',
  'PayloadVersion',
  'PayloadIdentifier',
  'PayloadUUID',
  'PayloadDisplayName',
  'PayloadDescription',
  'PayloadOrganization',
] as const;

function profileEntry({ identifier, uuid, managed, content, payloads, signer }: InstalledProfile, mobile: boolean) {
  return {
    PayloadIdentifier: identifier,
    PayloadUUID: uuid,
    ...keep(content, PROFILE_KEYS),
    HasRemovalPasscode: false,
    IsEncrypted: false,
    ...(mobile ? { IsManaged: managed } : {}),
    ...(signer === undefined ? {} : { SignerCertificates: [signer] }),
    PayloadContent: payloads.map((payload) => keep(payload, PAYLOAD_KEYS)),
  };
}

function keep(dict: PlistDict, keys: readonly string[]): PlistDict {
  return Object.fromEntries(Object.entries(dict).filter(([key]) => keys.includes(key)));
}

export function certificateList({ state }: CommandContext): Answer {
  const list = state.certificates.map(({ commonName, der, identity }) => ({
    CommonName: commonName,
    Data: der,
    IsIdentity: identity,
  }));
  return acknowledged({ CertificateList: list });
}
