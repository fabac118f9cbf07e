import { isObject, type Message } from '../android-management/validate.ts';
import { isAtLeast, neededStrength } from './passwords.ts';
import { modeLetter, type Phone } from './phone.ts';
import type { FetchedPolicy } from './port.ts';
import { applicability, SETTING_RULES } from './settings.ts';

/** Everything of the policy that the device does not keep: what `nonComplianceDetails` reports. */
export function nonCompliance(phone: Phone, { policy }: FetchedPolicy): readonly Message[] {
  return [
    ...inapplicable(phone, policy),
    ...apiLevel(phone, policy),
    ...passwords(phone, policy),
    ...location(phone, policy),
    ...networks(phone, policy),
    ...applications(phone, policy),
  ];
}

function inapplicable(phone: Phone, policy: Message): readonly Message[] {
  const mode = modeLetter(phone.mode);
  return SETTING_RULES.flatMap((rule) => {
    const value = valueAt(policy, rule.path);
    if (value === undefined || isUnset(value)) return [];
    const reason = applicability(rule, value, mode, phone.blueprint.apiLevel);
    if (reason === undefined) return [];
    const [settingName = rule.path] = rule.path.split('.');
    const path = rule.path === settingName ? {} : { fieldPath: rule.path };
    return [{ settingName, ...path, nonComplianceReason: reason, ...scalarValue(value) }];
  });
}

function scalarValue(value: unknown): Message {
  return typeof value === 'object' ? {} : { currentValue: value };
}

function isUnset(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return value === false || value === 0 || value === '' || (typeof value === 'string' && /_?UNSPECIFIED$/.test(value));
}

function valueAt(policy: Message, path: string): unknown {
  return path.split('.').reduce<unknown>((at, name) => (isObject(at) ? at[name] : undefined), policy);
}

function apiLevel({ blueprint }: Phone, policy: Message): readonly Message[] {
  const least = policy['minimumApiLevel'];
  if (typeof least !== 'number' || blueprint.apiLevel >= least) return [];
  return [{ settingName: 'minimumApiLevel', nonComplianceReason: 'API_LEVEL', currentValue: blueprint.apiLevel }];
}

function passwords(phone: Phone, policy: Message): readonly Message[] {
  const mode = modeLetter(phone.mode);
  const needed = neededStrength(policy, mode, phone.blueprint.apiLevel);
  if (isAtLeast(phone.lock, needed)) return [];
  return [
    {
      settingName: 'passwordPolicies',
      nonComplianceReason: 'USER_ACTION',
      specificNonComplianceReason: 'PASSWORD_POLICIES_PASSWORD_NOT_SUFFICIENT',
      specificNonComplianceContext: {
        passwordPoliciesContext: { passwordPolicyScope: mode === 'F' ? 'SCOPE_DEVICE' : 'SCOPE_PROFILE' },
      },
    },
  ];
}

/** With a company-owned work profile only the user can switch location. */
function location(phone: Phone, policy: Message): readonly Message[] {
  const wanted = policy['locationMode'];
  if (phone.mode !== 'work_profile_company' || phone.blueprint.apiLevel < 30) return [];
  if (wanted !== 'LOCATION_ENFORCED' && wanted !== 'LOCATION_DISABLED') return [];
  if (phone.locationOn === (wanted === 'LOCATION_ENFORCED')) return [];
  return [{ settingName: 'locationMode', nonComplianceReason: 'USER_ACTION' }];
}

/** A network that names a key which no app has installed yet, or an EAP network that names no server. */
function networks(phone: Phone, policy: Message): readonly Message[] {
  const onc = policy['openNetworkConfiguration'];
  const list = isObject(onc) ? onc['NetworkConfigurations'] : undefined;
  if (!Array.isArray(list)) return [];
  return list.flatMap((network: unknown, index) => {
    const specific = networkProblem(phone, network);
    if (specific === undefined) return [];
    const wifiGuid = isObject(network) ? String(network['GUID'] ?? '') : '';
    return [
      {
        settingName: 'openNetworkConfiguration',
        fieldPath: `openNetworkConfiguration.NetworkConfigurations[${index}]`,
        nonComplianceReason: 'INVALID_VALUE',
        specificNonComplianceReason: specific,
        specificNonComplianceContext: { oncWifiContext: { wifiGuid } },
      },
    ];
  });
}

function networkProblem(phone: Phone, network: unknown): string | undefined {
  const wifi = isObject(network) ? network['WiFi'] : undefined;
  const eap = isObject(wifi) ? wifi['EAP'] : undefined;
  if (!isObject(wifi) || !isObject(eap)) return undefined;
  const alias = eap['ClientCertKeyPairAlias'];
  if (typeof alias === 'string' && !phone.keyAliases.includes(alias))
    return 'ONC_WIFI_KEY_PAIR_ALIAS_NOT_CORRESPONDING_TO_EXISTING_KEY';
  if (wifi['Security'] === 'WPA3-Enterprise_192' && phone.blueprint.apiLevel < 30) return 'ONC_WIFI_API_LEVEL';
  const suffix = eap['DomainSuffixMatch'];
  return Array.isArray(suffix) && suffix.length > 0 ? undefined : 'ONC_WIFI_INVALID_ENTERPRISE_CONFIG';
}

const INSTALLED_BY_POLICY = ['PREINSTALLED', 'FORCE_INSTALLED', 'REQUIRED_FOR_SETUP', 'KIOSK'];

/** The entries of a policy that the device installs by itself. */
export function isInstalledByPolicy(application: Message): boolean {
  return INSTALLED_BY_POLICY.includes(String(application['installType']));
}

/** The applications of a policy, with their place in it. */
export function applicationsOf(policy: Message): readonly Message[] {
  const list = policy['applications'];
  return Array.isArray(list) ? (list as readonly Message[]) : [];
}

function applications(phone: Phone, policy: Message): readonly Message[] {
  return applicationsOf(policy).flatMap((application, index) => {
    const problem = applicationProblem(phone, application);
    if (problem === undefined) return [];
    const packageName = String(application['packageName']);
    return [{ settingName: 'applications', fieldPath: `applications[${index}]`, packageName, ...problem }];
  });
}

function applicationProblem(phone: Phone, application: Message): Message | undefined {
  const packageName = String(application['packageName']);
  const installed = phone.apps.get(packageName);
  if (application['installType'] === 'CUSTOM')
    return modeLetter(phone.mode) === 'F' ? undefined : { nonComplianceReason: 'MANAGEMENT_MODE' };
  if (application['installType'] === 'BLOCKED')
    return installed === undefined || installed.source !== 'INSTALLED_FROM_PLAY_STORE'
      ? undefined
      : { nonComplianceReason: 'APP_INSTALLED' };
  if (!isInstalledByPolicy(application)) return undefined;
  if (installed === undefined) {
    const failure = phone.failingApps.get(packageName);
    if (failure === 'NOT_COMPATIBLE_WITH_DEVICE')
      return { nonComplianceReason: 'APP_INCOMPATIBLE', installationFailureReason: failure };
    const installationFailureReason = failure ?? 'IN_PROGRESS';
    return { nonComplianceReason: 'APP_NOT_INSTALLED', installationFailureReason };
  }
  const least = application['minimumVersionCode'];
  if (typeof least === 'number' && installed.versionCode < least) return { nonComplianceReason: 'APP_NOT_UPDATED' };
  return undefined;
}
