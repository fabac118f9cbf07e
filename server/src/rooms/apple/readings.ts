import { hash } from 'node:crypto';
import {
  type DeviceObservation,
  type PlistDict,
  platformOf,
  observeApps as readApps,
  observeCertificates as readCertificates,
  observeDevice as readDevice,
  observeLocation as readLocation,
  observeProfiles as readProfiles,
  observeSecurity as readSecurity,
  type SecurityObservation,
} from '@tsukasa/apple-mdm';
import { type Certificate, CmsError, formatName, parseCertificate } from '@tsukasa/cms';
import type {
  ObservedApp,
  ObservedCertificate,
  ObservedLocation,
  ObservedProfile,
  ObservedValues,
} from '../devices/index.ts';

// Apple's words turned into those of the devices room. Throws `PlistError` where an answer is not what was asked.

/** Gigabytes are reported in units of 1024³ bytes. */
const GIGABYTE = 1024 ** 3;

/** The answer to `DeviceInformation`: columns, and everything as reported. */
export function deviceReading(report: PlistDict): { readonly values: ObservedValues; readonly body: unknown } {
  const facts = readDevice(report);
  return { values: deviceValues(facts), body: facts };
}

function deviceValues(facts: DeviceObservation): ObservedValues {
  return {
    name: facts.deviceName,
    serialNumber: facts.serialNumber,
    model: facts.model,
    modelName: facts.modelName,
    productName: facts.productName,
    osFamily: platformOf(facts.productName, facts.modelName),
    osVersion: facts.osVersion,
    osBuild: facts.buildVersion,
    phoneNumber: facts.phoneNumber,
    imei: facts.imei,
    meid: facts.meid,
    iccid: facts.iccid,
    carrier: facts.carrier,
    wifiMac: facts.wifiMac?.toLowerCase(),
    bluetoothMac: facts.bluetoothMac?.toLowerCase(),
    ethernetMac: facts.ethernetMac?.toLowerCase(),
    supervised: facts.isSupervised,
    appleSilicon: facts.isAppleSilicon,
    activationLock: facts.isActivationLockEnabled,
    lostMode: facts.isLostModeEnabled,
    batteryLevel: facts.batteryLevel,
    capacityBytes: bytes(facts.capacityGb),
    availableBytes: bytes(facts.availableGb),
  };
}

function bytes(gigabytes: number | undefined): number | undefined {
  if (gigabytes === undefined) return undefined;
  const value = Math.round(gigabytes * GIGABYTE);
  return Number.isSafeInteger(value) ? value : undefined;
}

/** The answer to `SecurityInfo`; an escrowed recovery key in it is left out of what is kept. */
export function securityReading(report: PlistDict): { readonly values: ObservedValues; readonly body: unknown } {
  const { fileVaultPersonalKeyCms, ...facts } = readSecurity(report);
  const body = fileVaultPersonalKeyCms === undefined ? facts : { ...facts, fileVaultPersonalKeyPresent: true };
  return {
    values: {
      passcodePresent: facts.passcodePresent,
      passcodeCompliant: facts.passcodeCompliant,
      encrypted: encrypted(facts),
      firewallEnabled: facts.firewallEnabled,
      userApproved: facts.userApprovedEnrollment,
    },
    body,
  };
}

/** FileVault on a Mac; on the others files are encrypted once there is a passcode (fact sheet 8.6: 3 is both kinds). */
function encrypted(facts: Omit<SecurityObservation, 'fileVaultPersonalKeyCms'>): boolean | undefined {
  if (facts.fileVaultEnabled !== undefined) return facts.fileVaultEnabled;
  if (facts.hardwareEncryptionCaps === undefined || facts.passcodePresent === undefined) return undefined;
  return facts.hardwareEncryptionCaps === 3 && facts.passcodePresent;
}

/** The answer to `InstalledApplicationList`. */
export function appReadings(report: PlistDict): readonly ObservedApp[] {
  return readApps(report).flatMap(({ identifier, name, version, shortVersion, bundleSize, raw, ...details }) => {
    const key = identifier ?? name;
    if (key === undefined) return [];
    return [
      { identifier: key, name, version, shortVersion, bundleBytes: whole(bundleSize), details: { ...raw, ...details } },
    ];
  });
}

function whole(value: number | undefined): number | undefined {
  return value === undefined ? undefined : Math.round(value);
}

/** The answer to `ProfileList`. */
export function profileReadings(report: PlistDict): readonly ObservedProfile[] {
  return readProfiles(report).map(
    ({ identifier, uuid, displayName, isManaged, payloadTypes, raw: _content, ...details }) => ({
      identifier,
      uuid,
      displayName,
      managed: isManaged,
      payloadTypes,
      details,
    }),
  );
}

/** The answer to `CertificateList`; of one that we cannot read only the name and hash are kept. */
export function certificateReadings(report: PlistDict): readonly ObservedCertificate[] {
  return readCertificates(report).map(({ commonName, isIdentity, data }) => ({
    sha256: hash('sha256', data, 'buffer'),
    commonName,
    identity: isIdentity,
    ...certificateFacts(data),
  }));
}

function certificateFacts(der: Buffer): Partial<ObservedCertificate> {
  let certificate: Certificate;
  try {
    certificate = parseCertificate(der);
  } catch (error) {
    if (error instanceof CmsError) return {}; // decision: odd certificates exist on devices and are listed all the same
    throw error;
  }
  return {
    subject: formatName(certificate.subject),
    issuer: formatName(certificate.issuer),
    notBefore: Temporal.Instant.fromEpochMilliseconds(certificate.notBefore),
    notAfter: Temporal.Instant.fromEpochMilliseconds(certificate.notAfter),
  };
}

/** The answer to `DeviceLocation`. */
export function locationReading(report: PlistDict, receivedAt: Temporal.Instant): ObservedLocation {
  const { latitude, longitude, horizontalAccuracy, at } = readLocation(report);
  const said = at === undefined ? receivedAt : Temporal.Instant.from(at);
  // A clock that is ahead must not make this place the last one for ever.
  const time = Temporal.Instant.compare(said, receivedAt) > 0 ? receivedAt : said;
  return { latitude, longitude, accuracyMeters: horizontalAccuracy, at: time };
}
