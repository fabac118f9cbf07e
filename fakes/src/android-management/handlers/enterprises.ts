import { ApiError, errorInfo, failedPrecondition, invalidField } from '../errors.ts';
import { merge } from '../masks.ts';
import { checkEnterprise } from '../rules/enterprise.ts';
import type { Message } from '../validate.ts';
import { DIGITS, type Enterprise, page, UPPER } from '../world.ts';
import { type Call, enterpriseOf, type Handler, queryText, text } from './call.ts';
import { mergeSigninDetails } from './signin.ts';

/** Fields that only the service writes. */
const KEPT = ['name', 'enterpriseType', 'managedGoogleDomainType', 'managedGooglePlayAccountsEnterpriseType'];
const SIGNUP_LIFETIME_MS = 30 * 60_000;

/** Google comes back to https only; an installation on this machine may be let off. */
function mayComeBackTo({ protocol, hostname }: URL, http: boolean): boolean {
  if (protocol === 'https:') return true;
  return http && protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
}

export const createSignupUrl: Handler = (call) => {
  const { world, project, origin, query } = call;
  requireProject(call);
  const callbackUrl = queryText(call, 'callbackUrl');
  if (callbackUrl === undefined || !URL.canParse(callbackUrl))
    throw invalidField('callbackUrl', 'A callback URL is required.');
  if (!mayComeBackTo(new URL(callbackUrl), world.httpCallbacks))
    throw new ApiError('INVALID_ARGUMENT', 'The callback URL must use https.', {
      details: [errorInfo('INSECURE_CALLBACK_URL', 'androidenterprise.ApiErrors')],
      malformed: true,
    });
  const adminEmail = queryText(call, 'adminEmail');
  const allowedDomains = Array.isArray(query['allowedDomains']) ? query['allowedDomains'].map(String) : [];
  const domain = adminEmail?.split('@')[1];
  if (adminEmail !== undefined && domain === undefined) throw invalidField('adminEmail', 'is no mail address');
  if (domain !== undefined && allowedDomains.length > 0 && !domainAllowed(domain, allowedDomains))
    throw invalidField('adminEmail', 'does not belong to the allowed domains');
  const name = `signupUrls/${world.draw(20, UPPER + DIGITS)}`;
  world.signups.set(name, {
    name,
    projectId: project.projectId,
    callbackUrl,
    adminEmail,
    allowedDomains,
    expiresAt: world.clock.milliseconds + SIGNUP_LIFETIME_MS,
    enterpriseToken: undefined,
    enterpriseType: 'MANAGED_GOOGLE_PLAY_ACCOUNTS_ENTERPRISE',
    domain: undefined,
    used: false,
  });
  const url = `${origin}/signup/android/email?origin=android&thirdPartyToken=${name.split('/')[1]}`;
  return { name, url };
};

/** Exact, or a subdomain where the list has `*.example.com`. */
export function domainAllowed(domain: string, allowed: readonly string[]): boolean {
  return allowed.some((one) => (one.startsWith('*.') ? domain.endsWith(one.slice(1)) : domain === one));
}

function requireProject(call: Call): void {
  const projectId = queryText(call, 'projectId');
  if (projectId === undefined) throw invalidField('projectId', 'A project is required.');
  if (projectId !== call.project.projectId)
    throw new ApiError('PERMISSION_DENIED', 'The caller has no permission for this project.');
}

export const createEnterprise: Handler = (call) => {
  const { world, project, body } = call;
  requireProject(call);
  const signup = world.signups.get(queryText(call, 'signupUrlName') ?? '');
  const enterpriseToken = queryText(call, 'enterpriseToken');
  if (signup === undefined || signup.projectId !== project.projectId)
    throw invalidField('signupUrlName', 'There is no such sign-up.');
  if (enterpriseToken === undefined || signup.enterpriseToken !== enterpriseToken)
    throw invalidField('enterpriseToken', 'The enterprise token is not that of the sign-up.');
  if (signup.used) throw failedPrecondition('The enterprise token has been used.');
  if (signup.expiresAt <= world.clock.milliseconds) throw failedPrecondition('The sign-up has expired.');
  checkEnterprise(body, world);
  signup.used = true;
  const id = `LC${world.draw(8, DIGITS + UPPER.toLowerCase())}`;
  const enterprise: Enterprise = {
    id,
    name: `enterprises/${id}`,
    projectId: project.projectId,
    type: signup.enterpriseType,
    resource: withSignin(call, {}, body),
    deleted: false,
    policies: new Map(),
    tokens: new Map(),
    devices: new Map(),
    tombstones: new Map(),
    webApps: new Map(),
    migrationTokens: new Map(),
  };
  if (signup.domain !== undefined && text(body, 'enterpriseDisplayName') === undefined)
    enterprise.resource = { ...enterprise.resource, enterpriseDisplayName: signup.domain };
  world.enterprises.set(id, enterprise);
  announce(call, undefined, enterprise);
  return shown(enterprise);
};

export const getEnterprise: Handler = (call) => shown(enterpriseOf(call));

/** The BASIC view only: name and display name. */
export const listEnterprises: Handler = (call) => {
  const { world, project, query } = call;
  requireProject(call);
  const all = [...world.enterprises.values()].filter((one) => !one.deleted && one.projectId === project.projectId);
  const { items, ...next } = page(all, query, { usual: 100, most: 100 });
  return {
    enterprises: items.map(({ name, resource }) => ({
      name,
      enterpriseDisplayName: resource['enterpriseDisplayName'] ?? '',
    })),
    ...next,
  };
};

export const patchEnterprise: Handler = (call) => {
  const { body, world, discovery } = call;
  const enterprise = enterpriseOf(call);
  const mask = queryText(call, 'updateMask');
  const merged = merge(discovery, 'Enterprise', enterprise.resource, body, { mask, kept: KEPT });
  checkEnterprise(merged, world);
  const before = text(enterprise.resource, 'pubsubTopic');
  enterprise.resource = withSignin(call, enterprise.resource, merged);
  announce(call, before, enterprise);
  return shown(enterprise);
};

export const deleteEnterprise: Handler = (call) => {
  const enterprise = enterpriseOf(call);
  forgetEnterprise(enterprise);
  return {};
};

/** The organisation is gone, and every record of it; calls are answered 403 from now on, and no message says so. */
export function forgetEnterprise(enterprise: Enterprise): void {
  enterprise.deleted = true;
  const devices = [...enterprise.devices.values()];
  enterprise.devices.clear();
  enterprise.tokens.clear();
  for (const device of devices) device.wake();
}

export const generateUpgradeUrl: Handler = (call) => {
  const enterprise = enterpriseOf(call);
  if (enterprise.type !== 'MANAGED_GOOGLE_PLAY_ACCOUNTS_ENTERPRISE')
    throw failedPrecondition('The enterprise is a managed Google domain already.');
  return { url: `${call.origin}/upgrade/android?enterprise=${enterprise.id}` };
};

/** The enterprise becomes one of a domain, as its administrator wanted; that is published whether listed or not. */
export function upgradeEnterprise(call: Pick<Call, 'world'>, enterprise: Enterprise, domain: string): void {
  enterprise.type = 'MANAGED_GOOGLE_DOMAIN';
  enterprise.resource = { ...enterprise.resource, enterpriseDisplayName: domain };
  const topic = text(enterprise.resource, 'pubsubTopic');
  const event = { enterprise: enterprise.name, upgradeState: 'UPGRADE_STATE_SUCCEEDED' };
  if (topic !== undefined) call.world.pubsub.publish(topic, 'ENTERPRISE_UPGRADE', event);
}

function withSignin({ world }: Call, old: Message, merged: Message): Message {
  if (merged['signinDetails'] === undefined) return merged;
  return { ...merged, signinDetails: mergeSigninDetails(world, old, merged) };
}

/** A new topic hears a test message. */
function announce({ world }: Call, before: string | undefined, { resource }: Enterprise): void {
  const topic = text(resource, 'pubsubTopic');
  if (topic !== undefined && topic !== before) world.pubsub.publish(topic, 'test', undefined);
}

function shown({ name, type, resource }: Enterprise): Message {
  const types =
    type === 'MANAGED_GOOGLE_DOMAIN'
      ? { managedGoogleDomainType: 'TYPE_TEAM' }
      : { managedGooglePlayAccountsEnterpriseType: 'CUSTOMER_MANAGED' };
  return { ...resource, name, enterpriseType: type, ...types };
}
