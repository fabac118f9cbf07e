import type { FieldViolation } from '../errors.ts';
import { isObject, type Message } from '../validate.ts';
import { listOf, repeated, rule } from './words.ts';

const MAX_APPLICATIONS = 3000;
const MAX_MINIMUM_VERSIONS = 20;
const MAX_CONFIGURATION_TEXT = 65_535;
/** Fields that an application of the type CUSTOM cannot have. */
const NOT_CUSTOM = [
  'minimumVersionCode',
  'accessibleTrackIds',
  'autoUpdateMode',
  'installConstraint',
  'installPriority',
];
/** Delegated scopes that one application at most may have. */
const SINGLE_SCOPES = ['NETWORK_ACTIVITY_LOGS', 'SECURITY_LOGS', 'CERT_SELECTION'];

/** The applications of a policy, and what refers to them. */
export function checkApplications(policy: Message): readonly FieldViolation[] {
  const applications = listOf(policy, 'applications');
  return [
    ...counts(applications),
    ...applications.flatMap((application, index) => one(application, `applications[${index}]`)),
    ...roles(applications),
    ...scopes(policy, applications),
    ...setup(policy, applications),
    ...defaults(policy, applications),
  ];
}

function counts(applications: readonly Message[]): readonly FieldViolation[] {
  const versions = applications.filter((one) => Number(one['minimumVersionCode'] ?? 0) > 0).length;
  const kiosks = applications.filter((one) => one['installType'] === 'KIOSK' || hasRole(one, 'KIOSK')).length;
  const extensions = applications.filter((one) => one['extensionConfig'] !== undefined).length;
  return [
    ...rule(applications.length <= MAX_APPLICATIONS, 'applications', 'has more than 3000 entries'),
    ...rule(versions <= MAX_MINIMUM_VERSIONS, 'applications', 'has more than 20 minimum versions'),
    ...rule(kiosks <= 1, 'applications', 'has more than one kiosk application'),
    ...rule(extensions <= 1, 'applications', 'has more than one extension application'),
    ...repeated(applications.map((one) => one['packageName'])).map((name) => ({
      field: 'applications',
      description: `has ${name} twice`,
    })),
  ];
}

function one(application: Message, field: string): readonly FieldViolation[] {
  const type = application['installType'];
  const priority = Number(application['installPriority'] ?? 0);
  const constraints = listOf(application, 'installConstraint');
  return [
    ...rule(
      /^[A-Za-z]\w*(\.[A-Za-z]\w*)+$/.test(String(application['packageName'])),
      `${field}.packageName`,
      'is no package name',
    ),
    ...rule(priority >= 0 && priority <= 10_000, `${field}.installPriority`, 'must be 0 to 10000'),
    ...rule(constraints.length <= 1, `${field}.installConstraint`, 'has more than one entry'),
    ...rule(
      !hasRole(application, 'KIOSK') || type === 'REQUIRED_FOR_SETUP' || type === 'CUSTOM',
      `${field}.roles`,
      'the role KIOSK needs the type REQUIRED_FOR_SETUP or CUSTOM',
    ),
    ...rule(
      application['extensionConfig'] === undefined || !hasRole(application, 'COMPANION_APP'),
      `${field}.extensionConfig`,
      'cannot stand beside the role COMPANION_APP',
    ),
    ...custom(application, field),
    ...certificates(application, field),
    ...configuration(application['managedConfiguration'], `${field}.managedConfiguration`),
  ];
}

function custom(application: Message, field: string): readonly FieldViolation[] {
  if (application['installType'] !== 'CUSTOM')
    return rule(
      application['customAppConfig'] === undefined,
      `${field}.customAppConfig`,
      'is only for the type CUSTOM',
    );
  return [
    ...rule(listOf(application, 'signingKeyCerts').length > 0, `${field}.signingKeyCerts`, 'is required for CUSTOM'),
    ...NOT_CUSTOM.flatMap((name) => rule(isUnset(application[name]), `${field}.${name}`, 'is not allowed with CUSTOM')),
  ];
}

function isUnset(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return value === undefined || value === 0 || (typeof value === 'string' && value.endsWith('UNSPECIFIED'));
}

/** Fingerprints are bytes: 32 of them, in base64 and not in hex. */
function certificates(application: Message, field: string): readonly FieldViolation[] {
  return listOf(application, 'signingKeyCerts').flatMap((certificate, index) => {
    const bytes = Buffer.from(String(certificate['signingKeyCertFingerprintSha256'] ?? ''), 'base64');
    const at = `${field}.signingKeyCerts[${index}].signingKeyCertFingerprintSha256`;
    return rule(bytes.length === 32, at, 'must be 32 bytes in base64');
  });
}

function configuration(value: unknown, field: string): readonly FieldViolation[] {
  if (typeof value === 'string')
    return rule(value.length <= MAX_CONFIGURATION_TEXT, field, 'has a text that is too long');
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => configuration(inner, `${field}.${key}`));
}

function hasRole(application: Message, role: string): boolean {
  return listOf(application, 'roles').some(({ roleType }) => roleType === role);
}

function roles(applications: readonly Message[]): readonly FieldViolation[] {
  const all = applications.flatMap((application) => listOf(application, 'roles').map(({ roleType }) => roleType));
  return repeated(all).map((role) => ({ field: 'applications', description: `gives the role ${role} twice` }));
}

function scopes(policy: Message, applications: readonly Message[]): readonly FieldViolation[] {
  const all = applications.flatMap((application) => {
    const list = application['delegatedScopes'];
    return Array.isArray(list) ? list.map(String) : [];
  });
  const selects = all.includes('CERT_SELECTION') && listOf(policy, 'choosePrivateKeyRules').length > 0;
  return [
    ...repeated(all)
      .filter((scope) => SINGLE_SCOPES.includes(String(scope)))
      .map((scope) => ({ field: 'applications', description: `delegates ${scope} to more than one application` })),
    ...rule(!selects, 'choosePrivateKeyRules', 'must be empty when CERT_SELECTION is delegated'),
  ];
}

function setup(policy: Message, applications: readonly Message[]): readonly FieldViolation[] {
  const actions = listOf(policy, 'setupActions');
  return [
    ...rule(actions.length <= 1, 'setupActions', 'has more than one action'),
    ...actions.flatMap((action, index) => {
      const launch = isObject(action['launchApp']) ? action['launchApp'] : {};
      const application = applications.find((one) => one['packageName'] === launch['packageName']);
      const field = `setupActions[${index}].launchApp`;
      return rule(
        application?.['installType'] === 'REQUIRED_FOR_SETUP',
        field,
        'names no application required for setup',
      );
    }),
  ];
}

const WORK_SCOPES = ['SCOPE_FULLY_MANAGED', 'SCOPE_WORK_PROFILE'];

function defaults(policy: Message, applications: readonly Message[]): readonly FieldViolation[] {
  const settings = listOf(policy, 'defaultApplicationSettings');
  const types = settings.map((one) => one['defaultApplicationType']);
  return [
    ...repeated(types).map((type) => ({ field: 'defaultApplicationSettings', description: `has ${type} twice` })),
    ...settings.flatMap((setting, index) => {
      const list = setting['defaultApplicationScopes'];
      const work = Array.isArray(list) && list.some((scope) => WORK_SCOPES.includes(String(scope)));
      const field = `defaultApplicationSettings[${index}].defaultApplications`;
      const names = listOf(setting, 'defaultApplications').map(({ packageName }) => packageName);
      const usable = names.every((name) =>
        applications.some((one) => one['packageName'] === name && one['installType'] !== 'BLOCKED'),
      );
      return [
        ...rule(names.length > 0, field, 'At least one application is required.'),
        ...rule(!work || usable, field, 'names an application that the policy does not have, or blocks'),
      ];
    }),
  ];
}
