import type { KeyObject } from 'node:crypto';
import { buildSignedData, parseCertificate } from '@tsukasa/cms';
import type { Random } from '../apple-device/index.ts';
import type { WindowsBlueprint } from './blueprint.ts';
import { buildWindowsCsr } from './csr.ts';
import { type AuthPolicy, type Discovered, discover } from './discovery.ts';
import { insistOnUrl } from './http.ts';
import type { WindowsIdentity } from './identity.ts';
import type { WindowsDeviceOptions } from './options.ts';
import { DEFAULT_POLICY, getPolicies } from './policy.ts';
import { type Account, type Provisioning, readProvisioning } from './provisioning.ts';
import { type SignInAnswers, signIn } from './sign-in.ts';
import { type Credential, requestToken, securityOf } from './wstep.ts';

/** How a person enrolls: what is typed into Settings, or comes with a link. */
export type EnrollmentChoice = {
  readonly discoveryUrl: string;
  readonly userName: string;
  /** Typed where the server wants a password, and into the web page where it wants a code. */
  readonly password: string;
  /** Ways to prove who one is that this client can go; Settings can go both of the first two. */
  readonly offers?: readonly AuthPolicy[];
  /** An opaque token of a program (`RegisterDeviceWithManagement`): in place of a password, whatever the server says. */
  readonly token?: string;
  /** What is typed into the pages of the sign-in, by field. */
  readonly fields?: SignInAnswers['fields'];
};

/** A PC with its ties. */
export type Enrolled = {
  readonly identity: WindowsIdentity;
  readonly account: Account;
  readonly provisioning: Provisioning;
  readonly discovered: Discovered;
};

export type Enroller = {
  readonly options: WindowsDeviceOptions;
  readonly blueprint: WindowsBlueprint;
  readonly random: Random;
  readonly deviceName: string;
};

/** Discovery, policy, certificate. Throws `WindowsEnrollmentRefused`, `ServerMistake`, `ConnectionFailed`. */
export async function enrollWindows(enroller: Enroller, choice: EnrollmentChoice): Promise<Enrolled> {
  const { options, blueprint, random } = enroller;
  const requestVersion = options.requestVersion ?? random.pick(['5.0', '7.0', '9.0']);
  const discovered = await discover(options, blueprint, random, {
    url: choice.discoveryUrl,
    email: choice.userName,
    requestVersion,
    offers: choice.offers ?? ['OnPremise', 'Federated'],
  });
  const credential = await obtainCredential(options, discovered, choice);
  const security = securityOf(credential);
  const policy =
    discovered.policyUrl === undefined ? DEFAULT_POLICY : await getPolicies(options, discovered.policyUrl, security);
  const privateKey = await options.keys(policy.keyLength);
  const csr = buildWindowsCsr({
    privateKey,
    deviceId: blueprint.deviceId,
    digest: policy.digest,
    forged: options.forgedCsr,
  });
  const document = await requestToken(options, {
    url: discovered.enrollmentUrl,
    security,
    kind: 'Issue',
    request: csr,
    blueprint,
    deviceName: enroller.deviceName,
    enrollmentType: options.enrollmentType,
    requestVersion,
    random,
    now: options.now(),
  });
  const provisioning = readProvisioning(document, {
    enrollmentType: options.enrollmentType,
    federated: credential.kind === 'token',
    privateKey,
    now: options.now(),
    checkUrl: (url, where) => void insistOnUrl(options, url, where),
  });
  return {
    identity: { certificate: provisioning.certificate, privateKey },
    account: { ...provisioning.account, discoveryUrl: discovered.discoveryUrl, enrollmentType: options.enrollmentType },
    provisioning,
    discovered,
  };
}

async function obtainCredential(
  options: WindowsDeviceOptions,
  discovered: Discovered,
  { userName, password, token, fields }: EnrollmentChoice,
): Promise<Credential> {
  if (token !== undefined) return { kind: 'token', wresult: token };
  if (discovered.authenticationUrl === undefined) return { kind: 'password', userName, password };
  const answers = { code: password, ...(fields === undefined ? {} : { fields }) };
  return { kind: 'token', wresult: await signIn(options, discovered.authenticationUrl, userName, answers) };
}

export type Renewal = Pick<Enrolled, 'identity' | 'provisioning'>;

/**
 * A new certificate for a new key, asked for in the name of the present one: by it in TLS, and by its signature around the
 * request (fact sheet 3.6). Throws as `enrollWindows`.
 */
export async function renewWindows(
  enroller: Enroller,
  current: { readonly identity: WindowsIdentity; readonly account: Account; readonly trusted: readonly string[] },
  how: { readonly key?: KeyObject; readonly signer?: WindowsIdentity } = {},
): Promise<Renewal> {
  const { options, blueprint, random } = enroller;
  const requestVersion = options.requestVersion ?? random.pick(['5.0', '7.0', '9.0']);
  const { identity, account } = current;
  const discovered = await discover(options, blueprint, random, {
    url: account.discoveryUrl,
    email: account.credential.name,
    requestVersion,
    offers: ['OnPremise', 'Federated', 'Certificate'],
  });
  const privateKey = how.key ?? (await options.keys(2048));
  const csr = buildWindowsCsr({
    privateKey,
    deviceId: blueprint.deviceId,
    digest: 'sha256',
    forged: options.forgedCsr,
  });
  const signer = how.signer ?? identity;
  const request = buildSignedData({
    content: csr,
    certificate: signer.certificate.der,
    privateKey: signer.privateKey,
    signingTime: options.now(),
  });
  const document = await requestToken(options, {
    url: discovered.enrollmentUrl,
    security: securityOf({ kind: 'password', userName: account.credential.name, password: '' }),
    kind: 'Renew',
    request,
    blueprint,
    deviceName: enroller.deviceName,
    enrollmentType: account.enrollmentType,
    requestVersion,
    random,
    now: options.now(),
    ...(options.showsCertificate ? { identity } : {}),
  });
  const provisioning = readProvisioning(document, {
    enrollmentType: account.enrollmentType,
    federated: false,
    privateKey,
    now: options.now(),
    checkUrl: (url, where) => void insistOnUrl(options, url, where),
    renews: { account, trusted: current.trusted.map((der) => parseCertificate(Buffer.from(der, 'base64'))) },
  });
  return { identity: { certificate: provisioning.certificate, privateKey }, provisioning };
}
