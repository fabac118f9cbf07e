import { hash } from 'node:crypto';
import type { EnrollmentType } from './wstep.ts';
import { type Markup, xml } from './xml-write.ts';

/** One of the three sets of a poll schedule: `count` sessions, `minutes` apart; `count` 0 is without end. */
export type PollSet = { readonly count: number; readonly minutes: number };
/** After enrollment the sets run one after another; `minutes` 0 leaves one out. */
export type PollSchedule = { readonly first: PollSet; readonly second: PollSet; readonly remaining: PollSet };

/** Name and secret of OMA DM's MD5 digests, and the nonce of the first one. */
export type DmSecret = { readonly secret: string; readonly nonce: Uint8Array };

export type Provisioning = {
  readonly enrollmentType: EnrollmentType;
  /** DER. */
  readonly root: Uint8Array;
  readonly certificate: Uint8Array;
  /** Subject of the certificate exactly as written in it, as text: how Windows finds it for TLS. */
  readonly subject: string;
  /** `[A-Za-z0-9]+`; becomes a LocURI segment and never changes. */
  readonly providerId: string;
  /** Shown to the user as the management's name. */
  readonly serverName: string;
  /** https URL of the management server. */
  readonly serverUrl: string;
  /** By which the server could prove itself to the device; Windows wants it to be there. */
  readonly serverSecret: DmSecret;
  readonly deviceSecret: DmSecret & { readonly name: string };
  /** Days before its end a certificate is renewed, and days between tries. */
  readonly renewal: { readonly periodDays: number; readonly retryDays: number };
  /** As typed at enrollment; left out when nothing was. */
  readonly upn: string | undefined;
  readonly deviceName: string;
  /** The server's id of the device (EntDMID). */
  readonly entDmId: string;
  readonly poll: PollSchedule;
  /** Package family name for WNS wake-ups. */
  readonly pushPackage?: string | undefined;
};

/** A provisioning document (MS-MDE2, 2.2.9.1): certificates, the DM account, polling, renewal. */
export function writeProvisioning(options: Provisioning): string {
  const { enrollmentType, root, certificate, renewal } = options;
  const document = xml`
    <wap-provisioningdoc version="1.1">
      <characteristic type="CertificateStore">
        ${rootStore(root)}
        <characteristic type="My">
          ${clientCertificate(enrollmentType, certificate)}
          <characteristic type="WSTEP"><characteristic type="Renew">
            ${typed('ROBOSupport', true)}
            ${typed('RenewPeriod', renewal.periodDays)}
            ${typed('RetryInterval', renewal.retryDays)}
          </characteristic></characteristic>
        </characteristic>
      </characteristic>
      ${application(options)}
      ${dmClient(options)}
    </wap-provisioningdoc>`;
  return document.toString();
}

/** What the answer to a renewal holds: the new certificate, the root as it is now, and whose account they are for. */
export function writeRenewedProvisioning(
  options: Pick<Provisioning, 'enrollmentType' | 'root' | 'certificate' | 'providerId'>,
): string {
  const { enrollmentType, root, certificate, providerId } = options;
  const document = xml`
    <wap-provisioningdoc version="1.1">
      <characteristic type="CertificateStore">
        ${rootStore(root)}
        <characteristic type="My">${clientCertificate(enrollmentType, certificate)}</characteristic>
      </characteristic>
      <characteristic type="APPLICATION">${parm('APPID', 'w7')}${parm('PROVIDER-ID', providerId)}</characteristic>
    </wap-provisioningdoc>`;
  return document.toString();
}

/** SHA-1 of the DER in upper-case hex: how Windows names a certificate. Names only, nothing is trusted by it. */
export function thumbprint(der: Uint8Array): string {
  return hash('sha1', der, 'hex').toUpperCase();
}

function rootStore(root: Uint8Array): Markup {
  return xml`
    <characteristic type="Root"><characteristic type="System">${encoded(root)}</characteristic></characteristic>`;
}

function encoded(der: Uint8Array): Markup {
  return xml`
    <characteristic type="${thumbprint(der)}">
      ${parm('EncodedCertificate', Buffer.from(der).toString('base64'))}
    </characteristic>`;
}

function clientCertificate(type: EnrollmentType, certificate: Uint8Array): Markup {
  return xml`
    <characteristic type="${storeOf(type)}">
      ${encoded(certificate)}<characteristic type="PrivateKeyContainer"/>
    </characteristic>`;
}

const storeOf = (type: EnrollmentType): string => (type === 'Device' ? 'System' : 'User');

function application(options: Provisioning): Markup {
  const { enrollmentType, subject, providerId, serverName, serverUrl, serverSecret, deviceSecret } = options;
  const criteria = `Subject=${encodeURIComponent(subject)}&Stores=${encodeURIComponent(`My\\${storeOf(enrollmentType)}`)}`;
  return xml`
    <characteristic type="APPLICATION">
      ${parm('APPID', 'w7')}
      ${parm('PROVIDER-ID', providerId)}
      ${parm('NAME', serverName)}
      ${parm('ADDR', serverUrl)}
      ${parm('CONNRETRYFREQ', '6')}
      ${parm('INITIALBACKOFFTIME', '30000')}
      ${parm('MAXBACKOFFTIME', '120000')}
      <parm name="BACKCOMPATRETRYDISABLED"/>
      ${parm('DEFAULTENCODING', 'application/vnd.syncml.dm+xml')}
      ${parm('SSLCLIENTCERTSEARCHCRITERIA', criteria)}
      <characteristic type="APPAUTH">
        ${parm('AAUTHLEVEL', 'CLIENT')}${parm('AAUTHTYPE', 'DIGEST')}
        ${parm('AAUTHSECRET', serverSecret.secret)}${parm('AAUTHDATA', base64(serverSecret.nonce))}
      </characteristic>
      <characteristic type="APPAUTH">
        ${parm('AAUTHLEVEL', 'APPSRV')}${parm('AAUTHTYPE', 'DIGEST')}${parm('AAUTHNAME', deviceSecret.name)}
        ${parm('AAUTHSECRET', deviceSecret.secret)}${parm('AAUTHDATA', base64(deviceSecret.nonce))}
      </characteristic>
    </characteristic>`;
}

function dmClient({ providerId, upn, deviceName, entDmId, poll, pushPackage }: Provisioning): Markup {
  const push =
    pushPackage === undefined
      ? undefined
      : xml`<characteristic type="Push">${typed('PFN', pushPackage)}</characteristic>`;
  return xml`
    <characteristic type="DMClient"><characteristic type="Provider"><characteristic type="${providerId}">
      ${upn === undefined ? undefined : typed('UPN', upn)}
      ${typed('EntDeviceName', deviceName)}
      ${typed('EntDMID', entDmId)}
      ${typed('RequireMessageSigning', true)}
      ${push}
      <characteristic type="Poll">
        ${typed('NumberOfFirstRetries', poll.first.count)}
        ${typed('IntervalForFirstSetOfRetries', poll.first.minutes)}
        ${typed('NumberOfSecondRetries', poll.second.count)}
        ${typed('IntervalForSecondSetOfRetries', poll.second.minutes)}
        ${typed('NumberOfRemainingScheduledRetries', poll.remaining.count)}
        ${typed('IntervalForRemainingScheduledRetries', poll.remaining.minutes)}
        ${typed('PollOnLogin', true)}
        ${typed('AllUsersPollOnFirstLogin', true)}
      </characteristic>
    </characteristic></characteristic></characteristic>`;
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

const parm = (name: string, value: string): Markup => xml`<parm name="${name}" value="${value}"/>`;

/** A value of the DMClient and CertificateStore CSPs, which want its type told. */
function typed(name: string, value: string | number | boolean): Markup {
  const datatype = typeof value === 'string' ? 'string' : typeof value === 'number' ? 'integer' : 'boolean';
  return xml`<parm name="${name}" value="${String(value)}" datatype="${datatype}"/>`;
}
