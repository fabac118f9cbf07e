import { createHash } from 'node:crypto';
import { CmsError, formatName, parseCertificate } from '@tsukasa/cms';
import type { StoredCertificate } from '../state.ts';
import { GET, GET_INT, HRESULT, type Names, NodeRefused, type Pc, type Rule, range } from './rule.ts';

const STORE = './Device/Vendor/MSFT/CertificateStore';
const TRUSTED = './Device/Vendor/MSFT/RootCATrustedCertificates';
const RENEW = `${STORE}/MY/WSTEP/Renew`;
/** Path below `CertificateStore`, and the store it shows. */
const STORES: readonly (readonly [path: string, store: string, verbs: string])[] = [
  ['ROOT/System', 'Root/System', 'ADG'],
  ['CA/System', 'CA/System', 'ADG'],
  ['MY/User', 'My/User', 'ADG'],
  ['MY/System', 'My/System', 'ADG'],
];

/** Certificates, and how the one of the enrollment is renewed. */
export const CERTIFICATES: readonly Rule[] = [
  ...STORES.flatMap(([path, store, verbs]) => storeRules(`${STORE}/${path}`, store, verbs)),
  ...['Root', 'CA', 'TrustedPublisher', 'TrustedPeople'].flatMap((name) =>
    trustRules(`${TRUSTED}/${name}`, `${name}/System`),
  ),
  { path: `${RENEW}/ROBOSupport`, format: 'bool', verbs: 'ADGR', upsert: true, written: onlyTrue },
  { path: `${RENEW}/RenewPeriod`, format: 'int', verbs: 'ADGR', initial: '42', upsert: true, allowed: range(1, 1000) },
  { path: `${RENEW}/RetryInterval`, format: 'int', verbs: 'ADGR', initial: '7', upsert: true, allowed: range(1, 1000) },
  { path: `${RENEW}/RetryAfterExpiryInterval`, format: 'int', verbs: 'AGR', upsert: true, allowed: range(0, 1000) },
  {
    path: `${RENEW}/ServerURL`,
    format: 'chr',
    verbs: 'ADGR',
    upsert: true,
    read: ({ account }) => account.discoveryUrl,
  },
  { path: `${RENEW}/Status`, ...GET_INT, read: ({ state }) => state.renewal.status },
  { path: `${RENEW}/ErrorCode`, ...GET_INT, read: ({ state }) => state.renewal.errorCode },
  { path: `${RENEW}/LastRenewalAttemptTime`, ...GET, read: attemptedAt },
  {
    path: `${RENEW}/RenewNow`,
    format: 'null',
    verbs: 'E',
    exec: ({ aftermath }) => void aftermath.push({ kind: 'renew' }),
  },
];

function storeRules(base: string, store: string, verbs: string): readonly Rule[] {
  const one = `${base}/{CertHash}`;
  return [
    { path: base, format: 'node', verbs: 'G', names: ({ state }) => thumbprints(state.certificates, store) },
    { path: one, format: 'node', verbs, removed: (pc, names) => remove(pc, store, names) },
    {
      path: `${one}/EncodedCertificate`,
      format: 'b64',
      verbs: 'AGR',
      read: (pc, names) => find(pc, store, names)?.der,
      written: (pc, names, value) => install(pc, store, names, value),
    },
    { path: `${one}/IssuedBy`, ...GET, read: (pc, names) => read(pc, store, names)?.issuedBy },
    { path: `${one}/IssuedTo`, ...GET, read: (pc, names) => read(pc, store, names)?.issuedTo },
    { path: `${one}/ValidFrom`, ...GET, read: (pc, names) => read(pc, store, names)?.validFrom },
    { path: `${one}/ValidTo`, ...GET, read: (pc, names) => read(pc, store, names)?.validTo },
    {
      path: `${one}/TemplateName`,
      ...GET,
      read: (pc, names) => (find(pc, store, names) === undefined ? undefined : ''),
    },
  ];
}

function trustRules(base: string, store: string): readonly Rule[] {
  return [
    { path: base, format: 'node', verbs: 'G', names: ({ state }) => thumbprints(state.certificates, store) },
    { path: `${base}/{CertHash}`, format: 'node', verbs: 'ADG', removed: (pc, names) => remove(pc, store, names) },
    {
      path: `${base}/{CertHash}/EncodedCertificate`,
      format: 'b64',
      verbs: 'AGR',
      read: (pc, names) => find(pc, store, names)?.der,
      written: (pc, names, value) => install(pc, store, names, value),
    },
  ];
}

function thumbprints(certificates: readonly StoredCertificate[], store: string): readonly string[] {
  return certificates.filter((one) => one.store === store).map(({ thumbprint }) => thumbprint);
}

function find({ state }: Pc, store: string, { CertHash }: Names): StoredCertificate | undefined {
  return state.certificates.find((one) => one.store === store && one.thumbprint === CertHash);
}

function read(pc: Pc, store: string, names: Names) {
  const found = find(pc, store, names);
  if (found === undefined) return undefined;
  const certificate = parseCertificate(Buffer.from(found.der, 'base64'));
  return {
    issuedBy: formatName(certificate.issuer),
    issuedTo: formatName(certificate.subject),
    validFrom: day(certificate.notBefore),
    validTo: day(certificate.notAfter),
  };
}

function day(at: number): string {
  return Temporal.Instant.fromEpochMilliseconds(at).toString();
}

/** The name of the node must be the certificate's own thumbprint. */
function install({ state }: Pc, store: string, { CertHash }: Names, value: string): void {
  const der = Buffer.from(value, 'base64');
  try {
    parseCertificate(der);
  } catch (error) {
    if (error instanceof CmsError) throw new NodeRefused(500, HRESULT.invalidArgument);
    throw error;
  }
  if (thumbprintOf(der) !== CertHash?.toUpperCase()) throw new NodeRefused(500, HRESULT.invalidArgument);
  const others = state.certificates.filter((one) => one.store !== store || one.thumbprint !== CertHash);
  state.certificates = [...others, { store, thumbprint: CertHash ?? '', der: der.toString('base64') }];
}

function remove({ state }: Pc, store: string, { CertHash }: Names): void {
  state.certificates = state.certificates.filter((one) => one.store !== store || one.thumbprint !== CertHash);
}

/** SHA-1 of the DER, 40 upper-case hex digits: how Windows names a certificate. */
export function thumbprintOf(der: Uint8Array): string {
  return createHash('sha1').update(der).digest('hex').toUpperCase();
}

/** What asks for a certificate through a web sign-in can never be without it again (fact sheet 3.6). */
function onlyTrue(_pc: Pc, _names: Names, value: string): void {
  if (value !== 'true') throw new NodeRefused(405);
}

function attemptedAt({ state }: Pc): string | undefined {
  return state.renewal.attemptedAt === undefined ? undefined : day(state.renewal.attemptedAt);
}
