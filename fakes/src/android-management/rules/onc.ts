import type { FieldViolation } from '../errors.ts';
import { isObject, type Message } from '../validate.ts';
import { listOf, messageOf, repeated, rule } from './words.ts';

const SECURITIES = ['None', 'WEP-PSK', 'WPA-PSK', 'WPA-EAP', 'WEP-8021X', 'WPA3-Enterprise_192'];
const WITH_EAP = ['WPA-EAP', 'WEP-8021X', 'WPA3-Enterprise_192'];
const OUTER = ['EAP-AKA', 'EAP-TLS', 'EAP-TTLS', 'EAP-SIM', 'PEAP'];

/** The subset of Open Network Configuration that the API takes. */
export function checkOpenNetwork(value: unknown): readonly FieldViolation[] {
  if (!isObject(value)) return [];
  const at = 'openNetworkConfiguration';
  const networks = listOf(value, 'NetworkConfigurations');
  const certificates = listOf(value, 'Certificates');
  const type = value['Type'];
  return [
    ...rule(
      type === undefined || type === 'UnencryptedConfiguration',
      `${at}.Type`,
      'must be UnencryptedConfiguration',
    ),
    ...repeated([...networks, ...certificates].map((one) => one['GUID'])).map((guid) => ({
      field: at,
      description: `has the GUID ${guid} twice`,
    })),
    ...networks.flatMap((network, index) => checkNetwork(network, `${at}.NetworkConfigurations[${index}]`)),
    ...certificates.flatMap((certificate, index) => checkCertificate(certificate, `${at}.Certificates[${index}]`)),
  ];
}

function checkNetwork(network: Message, field: string): readonly FieldViolation[] {
  const wifi = messageOf(network, 'WiFi');
  return [
    ...rule(isText(network['GUID']), `${field}.GUID`, 'is required'),
    ...rule(isText(network['Name']), `${field}.Name`, 'is required'),
    ...rule(network['Type'] === 'WiFi', `${field}.Type`, 'must be WiFi'),
    ...(wifi === undefined ? rule(false, `${field}.WiFi`, 'is required') : checkWifi(wifi, `${field}.WiFi`)),
  ];
}

function checkWifi(wifi: Message, field: string): readonly FieldViolation[] {
  const { SSID: ssid, HexSSID: hex, Security: security, Passphrase: passphrase } = wifi;
  const agrees =
    hex === undefined || ssid === undefined || Buffer.from(String(ssid)).toString('hex') === String(hex).toLowerCase();
  const eap = messageOf(wifi, 'EAP');
  const key = String(passphrase ?? '').replace(/^0x/, '');
  return [
    ...rule(isText(ssid) || isText(hex), `${field}.SSID`, 'is required'),
    ...rule(agrees, `${field}.HexSSID`, 'does not agree with SSID'),
    ...rule(SECURITIES.includes(String(security)), `${field}.Security`, 'is required, and one of the known ones'),
    ...rule(security !== 'WPA-PSK' || isText(passphrase), `${field}.Passphrase`, 'is required'),
    ...rule(
      security !== 'WEP-PSK' || /^([\da-f]{10}|[\da-f]{26})$/i.test(key),
      `${field}.Passphrase`,
      'must be 10 or 26 hex digits',
    ),
    ...rule(!WITH_EAP.includes(String(security)) || eap !== undefined, `${field}.EAP`, 'is required'),
    ...rule(
      eap === undefined || OUTER.includes(String(eap['Outer'])),
      `${field}.EAP.Outer`,
      'is none of the known ones',
    ),
  ];
}

function checkCertificate(certificate: Message, field: string): readonly FieldViolation[] {
  const { GUID: guid, Type: type } = certificate;
  const held = type === 'Client' ? certificate['PKCS12'] : certificate['X509'];
  return [
    ...rule(isText(guid), `${field}.GUID`, 'is required'),
    ...rule(['Client', 'Authority', 'Server'].includes(String(type)), `${field}.Type`, 'is none of the known ones'),
    ...rule(isText(held), field, type === 'Client' ? 'needs PKCS12' : 'needs X509'),
    ...rule(
      certificate['Remove'] === undefined && certificate['TrustBits'] === undefined,
      field,
      'has a field that is not supported',
    ),
  ];
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}
