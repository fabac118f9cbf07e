import { exchange } from '../apple-device/http.ts';
import type { Random } from '../apple-device/index.ts';
import type { WindowsBlueprint } from './blueprint.ts';
import { insistOnUrl, type Reach } from './http.ts';
import { insist } from './mistakes.ts';
import { callSoap, NS, shuffled, WindowsEnrollmentRefused } from './soap.ts';
import { escapeXml, findText, getChild, getText } from './xml.ts';

export type AuthPolicy = 'OnPremise' | 'Federated' | 'Certificate';

/** Where the server lets this PC enroll, and how it must prove who it is. */
export type Discovered = {
  readonly discoveryUrl: string;
  readonly authPolicy: AuthPolicy;
  readonly authenticationUrl: string | undefined;
  readonly policyUrl: string | undefined;
  readonly enrollmentUrl: string;
};

export type Discovery = {
  readonly url: string;
  readonly email: string;
  readonly requestVersion: string;
  readonly offers: readonly AuthPolicy[];
};

const STEP = 'discovery';
const SERVICE = `${NS.enrollment}/IDiscoveryService`;

/** GET, then POST. Throws `WindowsEnrollmentRefused` and `ServerMistake`. */
export async function discover(
  reach: Reach,
  blueprint: WindowsBlueprint,
  random: Random,
  discovery: Discovery,
): Promise<Discovered> {
  await probe(reach, discovery.url);
  const { body } = await callSoap(reach, {
    step: STEP,
    url: discovery.url,
    action: `${SERVICE}/Discover`,
    answer: `${SERVICE}/DiscoverResponse`,
    body: request(blueprint, random, discovery),
  });
  const result = getChild(body, NS.enrollment, 'DiscoverResult', STEP);
  insist(body.localName === 'DiscoverResponse' && body.namespaceURI === NS.enrollment, STEP, 'answers something else');
  const authPolicy = discovery.offers.find((offer) => offer === getText(result, NS.enrollment, 'AuthPolicy', STEP));
  insist(authPolicy !== undefined, STEP, 'answers an AuthPolicy that was not offered');
  const enrollmentUrl = getText(result, NS.enrollment, 'EnrollmentServiceUrl', STEP);
  const policyUrl = findText(result, NS.enrollment, 'EnrollmentPolicyServiceUrl', STEP);
  const authenticationUrl = findText(result, NS.enrollment, 'AuthenticationServiceUrl', STEP);
  const { hostname } = insistOnUrl(reach, enrollmentUrl, 'EnrollmentServiceUrl');
  if (policyUrl !== undefined) {
    insist(
      insistOnUrl(reach, policyUrl, 'EnrollmentPolicyServiceUrl').hostname === hostname,
      STEP,
      'has policy and enrollment on two hosts',
    );
  }
  insist(
    (authenticationUrl !== undefined) === (authPolicy === 'Federated'),
    STEP,
    'has AuthenticationServiceUrl without web sign-in, or not with it',
  );
  if (authenticationUrl !== undefined) insistOnUrl(reach, authenticationUrl, 'AuthenticationServiceUrl');
  return { discoveryUrl: discovery.url, authPolicy, authenticationUrl, policyUrl, enrollmentUrl };
}

/** Whether anybody is there, and trusted. */
async function probe(reach: Reach, url: string): Promise<void> {
  insistOnUrl(reach, url, 'the discovery URL');
  const answer = await exchange({
    method: 'GET',
    url,
    headers: { 'user-agent': 'Windows Enrollment Client' },
    ...(reach.ca === undefined ? {} : { ca: reach.ca }),
    ...(reach.timeoutMs === undefined ? {} : { timeoutMs: reach.timeoutMs }),
  });
  if (answer.status !== 200)
    throw new WindowsEnrollmentRefused(STEP, `0x8019${answer.status.toString(16).padStart(4, '0').toUpperCase()}`);
  insist(answer.headers['transfer-encoding'] === undefined, STEP, 'answers GET in chunks');
}

/** Children in any order, as the schema allows; elements of later versions among them. */
function request(blueprint: WindowsBlueprint, random: Random, { email, requestVersion, offers }: Discovery): string {
  const policies = offers.map((offer) => `<AuthPolicy>${offer}</AuthPolicy>`).join('');
  const fields = [
    `<EmailAddress>${escapeXml(email)}</EmailAddress>`,
    `<RequestVersion>${requestVersion}</RequestVersion>`,
    '<DeviceType>CIMClient_Windows</DeviceType>',
    `<ApplicationVersion>${blueprint.osVersion}</ApplicationVersion>`,
    `<OSEdition>${blueprint.edition.number}</OSEdition>`,
    `<AuthPolicies>${policies}</AuthPolicies>`,
    ...(Number(requestVersion) >= 7 ? [`<OSVersion>${blueprint.osVersion}</OSVersion>`, '<InvitationToken/>'] : []),
  ];
  return `<Discover xmlns="${NS.enrollment}"><request>${shuffled(random, fields)}</request></Discover>`;
}
