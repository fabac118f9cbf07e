import { hash } from 'node:crypto';
import { type Certificate, CmsError, formatName, parseCertificate } from '@tsukasa/cms';
import {
  editionNamed,
  type InstalledApp,
  parseWindowsVersion,
  type Reading,
  type StoredCertificate,
  windowsName,
} from '@tsukasa/windows-mdm';
import type { DeviceFacts, ObservedApp, ObservedCertificate, ObservedValues } from '../devices/index.ts';

/** What a reading says in the columns that all platforms share; `device` is what was known before it. */
export function valuesOf(reading: Reading, device: Pick<DeviceFacts, 'osVersion' | 'osEdition'>): ObservedValues {
  const { model, osVersion, osEdition, ...same } = reading;
  const version = parseWindowsVersion(osVersion ?? device.osVersion);
  const edition = osEdition ?? device.osEdition;
  const known = osVersion !== undefined || osEdition !== undefined;
  return {
    ...same,
    ...(model === undefined ? {} : { model, modelName: model }),
    ...(osVersion === undefined ? {} : { osFamily: 'Windows', osVersion, osBuild: buildOf(version) }),
    ...(osEdition === undefined ? {} : { osEdition }),
    ...(known ? { productName: windowsName(version.build, edition && editionNamed(edition)?.name) } : {}),
  };
}

/** `22631.3447` */
function buildOf({ build, revision }: ReturnType<typeof parseWindowsVersion>): string | undefined {
  if (build === undefined) return undefined;
  return revision === undefined ? String(build) : `${build}.${revision}`;
}

export function appOf({ identifier, kind, name, version, publisher, installedOn }: InstalledApp): ObservedApp {
  return { identifier, name: name ?? identifier, version, details: { kind, publisher, installedOn } };
}

/** One entry for each certificate, whichever stores it lies in; of one that we cannot read only its hash is kept. */
export function certificatesOf(stored: readonly StoredCertificate[]): readonly ObservedCertificate[] {
  const found = new Map<string, ObservedCertificate>();
  for (const { store, der } of stored) {
    const sha256 = hash('sha256', der, 'buffer');
    const key = sha256.toString('hex');
    const identity = store.startsWith('MY/') || found.get(key)?.identity === true;
    found.set(key, { sha256, identity, ...certificateFacts(der) });
  }
  return [...found.values()];
}

function certificateFacts(der: Buffer): Partial<ObservedCertificate> {
  let certificate: Certificate;
  try {
    certificate = parseCertificate(der);
  } catch (error) {
    if (error instanceof CmsError) return {}; // decision: odd certificates exist on devices and are listed all the same
    throw error;
  }
  const subject = formatName(certificate.subject);
  return {
    commonName: /(?:^|,\s*)CN=([^,]+)/.exec(subject)?.[1],
    subject,
    issuer: formatName(certificate.issuer),
    notBefore: Temporal.Instant.fromEpochMilliseconds(certificate.notBefore),
    notAfter: Temporal.Instant.fromEpochMilliseconds(certificate.notAfter),
  };
}
