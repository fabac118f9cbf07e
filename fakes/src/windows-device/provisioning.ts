import { createHash, type KeyObject } from 'node:crypto';
import { type Certificate, isValidAt, parseCertificate, publicKeyOf, spkiOf, verifyIssuedBy } from '@tsukasa/cms';
import { thumbprintOf } from './csp/certificates.ts';
import { insist, ServerMistake } from './mistakes.ts';
import { findsCertificate } from './search-criteria.ts';
import type { StoredCertificate } from './state.ts';
import { attributesOf, childrenOf, type Element, fromBase64, readXml } from './xml.ts';

export type EnrollmentType = 'Full' | 'Device';

/** The tie to a server, from its provisioning document. Name and secret may be set anew by the server. */
export type Account = {
  readonly providerId: string;
  readonly name: string;
  readonly address: string;
  readonly discoveryUrl: string;
  readonly enrollmentType: EnrollmentType;
  readonly searchCriteria: string;
  readonly retries: number;
  readonly credential: { type: 'DIGEST' | 'BASIC'; name: string; secret: string; nonce: Buffer };
};

/** What a provisioning document says, checked. `values` are nodes of the tree, by their path. */
export type Provisioning = {
  readonly certificate: Certificate;
  readonly certificates: readonly StoredCertificate[];
  readonly account: Omit<Account, 'discoveryUrl' | 'enrollmentType'>;
  readonly values: ReadonlyMap<string, { readonly format: 'chr' | 'int' | 'bool'; readonly data: string }>;
};

export type ProvisioningContext = {
  readonly enrollmentType: EnrollmentType;
  /** With a web sign-in, renewal must be offered. */
  readonly federated: boolean;
  readonly privateKey: KeyObject;
  readonly now: number;
  /** Throws unless Windows would connect there. */
  readonly checkUrl: (url: string, where: string) => void;
  /** A renewal: only what changes is sent. */
  readonly renews?: { readonly account: Account; readonly trusted: readonly Certificate[] };
};

const WHERE = 'provisioning document';
const REACHABLE = [
  'CertificateStore',
  'APPLICATION',
  'DMClient',
  'RootCATrustedCertificates',
  'ClientCertificateInstall',
  'EnterpriseModernAppManagement',
  'PassportForWork',
  'Policy',
];

/** A characteristic: its parms by name, its characteristics in order. */
export type Characteristic = {
  readonly type: string;
  readonly parms: ReadonlyMap<string, { readonly value: string; readonly datatype: string | undefined }>;
  readonly inner: readonly Characteristic[];
};

/** Reads and judges the document as strictly as Windows, or more so. Throws `ServerMistake`. */
export function readProvisioning(bytes: Buffer, context: ProvisioningContext): Provisioning {
  const root = readXml(bytes, WHERE);
  insist(root.localName === 'wap-provisioningdoc' && root.namespaceURI === null, WHERE, 'has another root element');
  insist(attributesOf(root).get('version') === '1.1', WHERE, 'is not of version 1.1');
  const top = childrenOf(root).map((element) => readCharacteristic(element));
  for (const { type } of top) insist(REACHABLE.includes(type), WHERE, `addresses ${type}, which cannot be provisioned`);
  const stores = readStores(
    top.filter(({ type }) => type === 'CertificateStore'),
    context,
  );
  const application = readApplication(top, stores, context);
  const values = new Map([...stores.values, ...readClient(top, application.providerId, context)]);
  return { certificate: stores.certificate, certificates: stores.certificates, account: application, values };
}

function readCharacteristic(element: Element): Characteristic {
  insist(element.localName === 'characteristic' && element.namespaceURI === null, WHERE, `has a ${element.localName}`);
  const attributes = attributesOf(element);
  const type = attributes.get('type');
  insist(type !== undefined && type !== '' && attributes.size === 1, WHERE, 'has a characteristic without type');
  const parms = new Map<string, { value: string; datatype: string | undefined }>();
  const inner: Characteristic[] = [];
  for (const child of childrenOf(element)) {
    if (child.localName !== 'parm') {
      inner.push(readCharacteristic(child));
      continue;
    }
    const { name, value, datatype, extra } = parmOf(child);
    insist(name !== undefined && !extra, WHERE, `has a parm in ${type} that is none`);
    insist(!parms.has(name), WHERE, `has the parm ${name} twice`);
    parms.set(name, { value: value ?? '', datatype });
  }
  return { type, parms, inner };
}

function parmOf(element: Element) {
  const attributes = attributesOf(element);
  const extra = [...attributes.keys()].some((name) => !['name', 'value', 'datatype'].includes(name));
  return { name: attributes.get('name'), value: attributes.get('value'), datatype: attributes.get('datatype'), extra };
}

type Stores = Pick<Provisioning, 'certificate' | 'certificates'> & { readonly values: Provisioning['values'] };

function readStores(stores: readonly Characteristic[], context: ProvisioningContext): Stores {
  const places = stores.flatMap(({ inner }) => inner);
  const at = (first: string, second: string) =>
    places.filter(({ type }) => type === first).flatMap(({ inner }) => inner.filter(({ type }) => type === second));
  const roots = at('Root', 'System').flatMap((place) => certificatesIn(place, 'Root/System'));
  const middle = at('CA', 'System').flatMap((place) => certificatesIn(place, 'CA/System'));
  insist(roots.length <= 1 && middle.length <= 1, WHERE, 'has more than one root or intermediate certificate');
  const own = context.enrollmentType === 'Full' ? 'User' : 'System';
  const other = own === 'User' ? 'System' : 'User';
  insist(
    at('My', other).length === 0,
    WHERE,
    `puts the client certificate into My/${other} for ${context.enrollmentType}`,
  );
  const mine = at('My', own);
  const clients = mine.flatMap((place) => certificatesIn(place, `My/${own}`));
  const [client, second] = clients;
  insist(client !== undefined && second === undefined, WHERE, `has not exactly one certificate in My/${own}`);
  insist(mine.some(hasContainer), WHERE, 'lacks PrivateKeyContainer');
  const certificate = parse(client);
  checkIdentity(certificate, [...roots, ...middle].map(parse), context);
  return { certificate, certificates: [...roots, ...middle, client], values: readRenew(at('My', 'WSTEP'), context) };
}

/** Beside the thumbprint, or inside of it. */
function hasContainer({ inner }: Characteristic): boolean {
  return inner.some((one) => one.type === 'PrivateKeyContainer' || hasContainer(one));
}

function certificatesIn({ inner }: Characteristic, store: string): readonly StoredCertificate[] {
  return inner
    .filter(({ type }) => type !== 'PrivateKeyContainer')
    .map(({ type, parms }) => {
      insist(/^[0-9A-F]{40}$/.test(type), WHERE, `names a certificate ${type}, which is no thumbprint`);
      const der = fromBase64(parms.get('EncodedCertificate')?.value ?? '', `${WHERE}, ${store}`);
      insist(thumbprintOf(der) === type, WHERE, `has a certificate under a foreign thumbprint in ${store}`);
      return { store, thumbprint: type, der: der.toString('base64') };
    });
}

function parse({ der, store }: StoredCertificate): Certificate {
  try {
    return parseCertificate(Buffer.from(der, 'base64'));
  } catch (cause) {
    throw new ServerMistake(WHERE, `has no certificate in ${store}`, { cause });
  }
}

/** The certificate must be for the key that was asked for, for clients, valid now, and descend from the root. */
function checkIdentity(
  certificate: Certificate,
  delivered: readonly Certificate[],
  context: ProvisioningContext,
): void {
  const { now, privateKey, renews } = context;
  insist(certificate.spki.equals(spkiOf(privateKey)), WHERE, 'has a certificate for another key');
  const { extensions } = certificate;
  insist(extensions.extendedKeyUsage?.includes('clientAuth') === true, WHERE, 'has a certificate without clientAuth');
  insist(extensions.keyUsage?.includes('digitalSignature') === true, WHERE, 'has a certificate that cannot sign');
  insist((publicKeyOf(certificate).asymmetricKeyDetails?.modulusLength ?? 0) >= 2048, WHERE, 'has a short key');
  insist(isValidAt(certificate, now), WHERE, 'has a certificate that is not valid now');
  insist(certificate.notBefore > now - 86_400_000, WHERE, 'has a certificate dated back by more than a day');
  const known = [...delivered, ...(renews?.trusted ?? [])];
  insist(descends(certificate, known), WHERE, 'has a certificate that does not descend from the root it delivers');
}

function descends(certificate: Certificate, known: readonly Certificate[], depth = 0): boolean {
  return known.some((issuer) => {
    if (issuer.extensions.basicConstraints?.ca !== true || !verifyIssuedBy(certificate, issuer)) return false;
    return issuer.issuer.der.equals(issuer.subject.der) || (depth < 3 && descends(issuer, known, depth + 1));
  });
}

type Values = [string, { readonly format: 'chr' | 'int' | 'bool'; readonly data: string }][];

function readRenew(
  wstep: readonly Characteristic[],
  { federated, renews }: ProvisioningContext,
): Map<string, Values[number][1]> {
  const renew = wstep.flatMap(({ inner }) => inner).find(({ type }) => type === 'Renew');
  if (renew === undefined) {
    insist(!federated || renews !== undefined, WHERE, 'offers no renewal after a web sign-in');
    return new Map();
  }
  const base = './Device/Vendor/MSFT/CertificateStore/MY/WSTEP/Renew';
  const period = readInt(renew, 'RenewPeriod', 1, 1000);
  const interval = readInt(renew, 'RetryInterval', 1, 1000);
  const robo = renew.parms.get('ROBOSupport');
  insist(robo?.datatype === 'boolean' && robo.value === 'true', WHERE, 'does not set ROBOSupport to true as a boolean');
  insist(interval <= period, WHERE, 'has a RetryInterval longer than the RenewPeriod');
  return new Map<string, Values[number][1]>([
    [`${base}/ROBOSupport`, { format: 'bool', data: 'true' }],
    [`${base}/RenewPeriod`, { format: 'int', data: String(period) }],
    [`${base}/RetryInterval`, { format: 'int', data: String(interval) }],
  ]);
}

function readInt({ parms, type }: Characteristic, name: string, least: number, most: number): number {
  const parm = parms.get(name);
  insist(parm !== undefined && parm.datatype === 'integer', WHERE, `lacks ${name} as an integer in ${type}`);
  const value = Number(parm.value);
  const legal = /^\d{1,10}$/.test(parm.value) && value >= least && value <= most;
  insist(legal, WHERE, `has an illegal ${name}`);
  return value;
}

const APPLICATION_PARMS = [
  'APPID',
  'PROVIDER-ID',
  'NAME',
  'ADDR',
  'ROLE',
  'PROTOVER',
  'USEHWDEVID',
  'CONNRETRYFREQ',
  'INITIALBACKOFFTIME',
  'MAXBACKOFFTIME',
  'BACKCOMPATRETRYDISABLED',
  'DEFAULTENCODING',
  'SSLCLIENTCERTSEARCHCRITERIA',
];

function readApplication(
  top: readonly Characteristic[],
  stores: Stores,
  context: ProvisioningContext,
): Provisioning['account'] {
  const [application, second] = top.filter(({ type }) => type === 'APPLICATION');
  const { renews } = context;
  if (renews !== undefined && application?.parms.has('ADDR') !== true) {
    insist(
      application === undefined || parmValue(application, 'PROVIDER-ID') === renews.account.providerId,
      WHERE,
      'changes the PROVIDER-ID',
    );
    checkCriteria(renews.account.searchCriteria, stores, context);
    return renews.account;
  }
  insist(application !== undefined && second === undefined, WHERE, 'has not exactly one APPLICATION');
  for (const name of application.parms.keys())
    insist(APPLICATION_PARMS.includes(name), WHERE, `sets ${name} in APPLICATION`);
  insist(parmValue(application, 'APPID') === 'w7', WHERE, 'has another APPID than w7');
  const providerId = parmValue(application, 'PROVIDER-ID');
  insist(/^[A-Za-z0-9]{1,50}$/.test(providerId), WHERE, 'has a PROVIDER-ID that is no plain word');
  insist(parmValue(application, 'NAME') !== '', WHERE, 'has no NAME');
  context.checkUrl(parmValue(application, 'ADDR'), 'ADDR of the provisioning document');
  insist(
    parmValue(application, 'DEFAULTENCODING') === 'application/vnd.syncml.dm+xml',
    WHERE,
    'has another DEFAULTENCODING',
  );
  const retries = optionalInt(application, 'CONNRETRYFREQ', 3);
  const first = optionalInt(application, 'INITIALBACKOFFTIME', 16_000);
  insist(
    first <= optionalInt(application, 'MAXBACKOFFTIME', 86_400_000),
    WHERE,
    'has MAXBACKOFFTIME below INITIALBACKOFFTIME',
  );
  const searchCriteria = parmValue(application, 'SSLCLIENTCERTSEARCHCRITERIA');
  checkCriteria(searchCriteria, stores, context);
  return {
    providerId,
    name: parmValue(application, 'NAME'),
    address: parmValue(application, 'ADDR'),
    searchCriteria,
    retries,
    credential: readCredential(application),
  };
}

function parmValue({ parms, type }: Characteristic, name: string): string {
  const parm = parms.get(name);
  insist(parm !== undefined, WHERE, `lacks ${name} in ${type}`);
  return parm.value;
}

function optionalInt({ parms }: Characteristic, name: string, fallback: number): number {
  const text = parms.get(name)?.value;
  if (text === undefined) return fallback;
  insist(/^\d{1,10}$/.test(text), WHERE, `has an illegal ${name}`);
  return Number(text);
}

function checkCriteria(criteria: string, { certificate, certificates }: Stores, context: ProvisioningContext): void {
  const store = context.enrollmentType === 'Full' ? 'My\\User' : 'My\\System';
  const there = certificates.some((one) => one.store === store.replace('\\', '/'));
  insist(
    there && findsCertificate(criteria, certificate, store),
    WHERE,
    'has search criteria that do not find the certificate',
  );
}

/** Both levels are needed; the one towards the server is what a session shows. */
function readCredential({ inner }: Characteristic): Account['credential'] {
  const auths = inner.filter(({ type }) => type === 'APPAUTH');
  const at = (level: string) => auths.filter(({ parms }) => parms.get('AAUTHLEVEL')?.value === level);
  const [server] = at('CLIENT');
  const [client] = at('APPSRV');
  insist(auths.length === 2 && server !== undefined && client !== undefined, WHERE, 'lacks APPAUTH CLIENT or APPSRV');
  insist(
    parmValue(server, 'AAUTHTYPE') === 'DIGEST' && parmValue(server, 'AAUTHSECRET') !== '',
    WHERE,
    'has APPAUTH CLIENT other than DIGEST',
  );
  fromBase64(parmValue(server, 'AAUTHDATA'), `${WHERE}, AAUTHDATA`);
  const type = parmValue(client, 'AAUTHTYPE');
  insist(type === 'DIGEST' || type === 'BASIC', WHERE, 'has APPAUTH APPSRV other than DIGEST and BASIC');
  const name = parmValue(client, 'AAUTHNAME');
  const secret = parmValue(client, 'AAUTHSECRET');
  insist(name !== '' && secret !== '', WHERE, 'has APPAUTH APPSRV without name or secret');
  return { type, name, secret, nonce: fromBase64(parmValue(client, 'AAUTHDATA'), `${WHERE}, AAUTHDATA`) };
}

const CLIENT_TEXTS = [
  'UPN',
  'EntDeviceName',
  'EntDMID',
  'HelpPhoneNumber',
  'HelpWebsite',
  'HelpEmailAddress',
  'SyncApplicationVersion',
  'AADResourceID',
  'ManagementServerAddressList',
];
const POLL_COUNTS = [
  'NumberOfFirstRetries',
  'IntervalForFirstSetOfRetries',
  'NumberOfSecondRetries',
  'IntervalForSecondSetOfRetries',
  'NumberOfRemainingScheduledRetries',
  'IntervalForRemainingScheduledRetries',
];

function readClient(top: readonly Characteristic[], providerId: string, { renews }: ProvisioningContext): Values {
  const providers = top
    .filter(({ type }) => type === 'DMClient')
    .flatMap(({ inner }) => inner.filter(({ type }) => type === 'Provider'))
    .flatMap(({ inner }) => inner);
  const [provider, second] = providers;
  if (provider === undefined && renews !== undefined) return [];
  insist(provider !== undefined && second === undefined, WHERE, 'has not exactly one DMClient Provider');
  insist(provider.type === providerId, WHERE, 'has another DMClient Provider than its PROVIDER-ID');
  insist(
    renews !== undefined || (provider.parms.get('EntDMID')?.value ?? '') !== '',
    WHERE,
    'sets no EntDMID, which renewal needs',
  );
  const base = `./Device/Vendor/MSFT/DMClient/Provider/${providerId}`;
  const own = [...provider.parms].map(([name, parm]): Values[number] => {
    if (name === 'RequireMessageSigning') return [`${base}/${name}`, boolean(name, parm)];
    insist(
      CLIENT_TEXTS.includes(name) && parm.datatype === 'string',
      WHERE,
      `sets ${name} of DMClient, or not as a string`,
    );
    return [`${base}/${name}`, { format: 'chr', data: parm.value }];
  });
  return [...own, ...readPoll(provider, base), ...readPush(provider, base)];
}

function boolean(name: string, { value, datatype }: { readonly value: string; readonly datatype: string | undefined }) {
  insist(datatype === 'boolean' && (value === 'true' || value === 'false'), WHERE, `has an illegal ${name}`);
  return { format: 'bool', data: value } as const;
}

function readPoll({ inner }: Characteristic, base: string): Values {
  const polls = inner.filter(({ type }) => type === 'Poll');
  return polls.flatMap((poll) =>
    [...poll.parms].map(([name, parm]): Values[number] => {
      if (name === 'PollOnLogin' || name === 'AllUsersPollOnFirstLogin')
        return [`${base}/Poll/${name}`, boolean(name, parm)];
      insist(POLL_COUNTS.includes(name), WHERE, `sets ${name} in Poll`);
      return [`${base}/Poll/${name}`, { format: 'int', data: String(readInt(poll, name, 0, 999_999)) }];
    }),
  );
}

function readPush({ inner }: Characteristic, base: string): Values {
  const pfn = inner.find(({ type }) => type === 'Push')?.parms.get('PFN');
  if (pfn === undefined) return [];
  insist(pfn.datatype === 'string', WHERE, 'sets PFN not as a string');
  return [[`${base}/Push/PFN`, { format: 'chr', data: pfn.value }]];
}

/** The name of the account's node: CryptoAPI's number of SHA-256, and that of the provider id in UTF-16 (fact sheet 4.8). */
export function accountUid(providerId: string): string {
  const digest = createHash('sha256').update(Buffer.from(providerId, 'utf16le')).digest('hex').toUpperCase();
  return `0x0000800c${digest}`;
}
