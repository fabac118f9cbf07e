import type { FieldViolation } from '../errors.ts';
import type { Message } from '../validate.ts';
import { listOf, messageOf, repeated, rule } from './words.ts';

/** Connectivity: Wi-Fi names, private DNS, network slices, proxies. */
export function checkNetworks(policy: Message): readonly FieldViolation[] {
  const management = messageOf(policy, 'deviceConnectivityManagement') ?? {};
  return [...wifiNames(management), ...privateDns(management), ...slices(policy, management), ...proxy(policy)];
}

function wifiNames(management: Message): readonly FieldViolation[] {
  const policy = messageOf(management, 'wifiSsidPolicy') ?? {};
  const names = listOf(policy, 'wifiSsids').map((one) => one['wifiSsid']);
  const roaming = listOf(messageOf(management, 'wifiRoamingPolicy') ?? {}, 'wifiRoamingSettings');
  const field = 'deviceConnectivityManagement.wifiSsidPolicy.wifiSsids';
  return [
    ...rule(
      policy['wifiSsidPolicyType'] !== 'WIFI_SSID_ALLOWLIST' || names.length > 0,
      field,
      'must not be empty for an allow list',
    ),
    ...repeated(roaming.map((one) => one['wifiSsid'])).map((name) => ({
      field: 'deviceConnectivityManagement.wifiRoamingPolicy.wifiRoamingSettings',
      description: `has ${name} twice`,
    })),
  ];
}

function privateDns(management: Message): readonly FieldViolation[] {
  const settings = messageOf(management, 'privateDnsSettings') ?? {};
  const host = String(settings['privateDnsHost'] ?? '');
  const specified = settings['privateDnsMode'] === 'PRIVATE_DNS_SPECIFIED_HOST';
  const field = 'deviceConnectivityManagement.privateDnsSettings.privateDnsHost';
  return rule(specified === (host !== ''), field, 'is required with, and only with, a specified host');
}

const ANY_SLICE = ['NO_PREFERENTIAL_NETWORK', 'PREFERENTIAL_NETWORK_ID_UNSPECIFIED'];

/** An application can only prefer a slice that is configured. */
function slices(policy: Message, management: Message): readonly FieldViolation[] {
  const settings = messageOf(management, 'preferentialNetworkServiceSettings') ?? {};
  const field = 'deviceConnectivityManagement.preferentialNetworkServiceSettings';
  const known = listOf(settings, 'preferentialNetworkServiceConfigs').map((one) => one['preferentialNetworkId']);
  const isKnown = (id: unknown) => id === undefined || ANY_SLICE.includes(String(id)) || known.includes(id);
  return [
    ...repeated(known).map((id) => ({ field, description: `has ${id} twice` })),
    ...rule(
      isKnown(settings['defaultPreferentialNetworkId']),
      `${field}.defaultPreferentialNetworkId`,
      'is not configured',
    ),
    ...listOf(policy, 'applications').flatMap((one, index) =>
      rule(isKnown(one['preferentialNetworkId']), `applications[${index}].preferentialNetworkId`, 'is not configured'),
    ),
  ];
}

function proxy(policy: Message): readonly FieldViolation[] {
  const settings = messageOf(policy, 'recommendedGlobalProxy');
  if (settings === undefined) return [];
  const direct = settings['host'] !== undefined || settings['port'] !== undefined;
  const script = settings['pacUri'] !== undefined;
  return rule(direct !== script, 'recommendedGlobalProxy', 'needs either a host with its port or a PAC script');
}
