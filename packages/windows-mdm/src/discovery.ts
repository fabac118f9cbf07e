import { NS, parseSoap, writeSoap } from './soap.ts';
import { childrenOf, childText, findChild, getChild, type XmlElement, XmlError } from './xml.ts';
import { type Markup, xml } from './xml-write.ts';

/** How a client can prove who enrolls (MS-MDE2, AuthPolicy). */
export const AUTH_POLICIES = ['OnPremise', 'Federated', 'Certificate'] as const;
export type AuthPolicy = (typeof AUTH_POLICIES)[number];

export type DiscoverRequest = {
  readonly messageId: string | undefined;
  /** As typed; may be empty and need not be an address. */
  readonly emailAddress: string;
  /** `6.0`; never a reason to refuse (newer clients count on). */
  readonly requestVersion: string | undefined;
  readonly deviceType: string | undefined;
  /** The OS' four numbers. */
  readonly applicationVersion: string | undefined;
  /** Number of the GetProductInfo family. */
  readonly osEdition: number | undefined;
  /** Those that we know, in the client's order. A client that lists none can do OnPremise (MS-MDE2 before 4.0). */
  readonly authPolicies: readonly AuthPolicy[];
};

/** Longest value that is looked at, in characters; our choice. */
const LONGEST_VALUE = 512;

/** Reads a Discover (MS-MDE2, 3.1.4.1): children in any order, unknown ones ignored. Throws `XmlError`. */
export function parseDiscover(bytes: Uint8Array): DiscoverRequest {
  const { messageId, body } = parseSoap(bytes);
  if (body.name !== 'Discover') throw new XmlError('bad_value', -1, 'Discover');
  const request = getChild(body, 'request');
  const edition = short(request, 'OSEdition');
  return {
    messageId,
    emailAddress: short(request, 'EmailAddress') ?? '',
    requestVersion: short(request, 'RequestVersion'),
    deviceType: short(request, 'DeviceType'),
    applicationVersion: short(request, 'ApplicationVersion'),
    osEdition: edition !== undefined && /^\d{1,9}$/.test(edition) ? Number(edition) : undefined,
    authPolicies: offered(findChild(request, 'AuthPolicies')),
  };
}

function short(request: XmlElement, name: string): string | undefined {
  const text = childText(request, name);
  if (text !== undefined && text.length > LONGEST_VALUE) throw new XmlError('bad_value', -1, name);
  return text;
}

function offered(list: XmlElement | undefined): readonly AuthPolicy[] {
  if (list === undefined) return ['OnPremise'];
  const named = childrenOf(list, 'AuthPolicy').map(({ text }) => text.trim());
  return AUTH_POLICIES.filter((policy) => named.includes(policy)).sort((a, b) => named.indexOf(a) - named.indexOf(b));
}

export type DiscoverResult = {
  readonly authPolicy: AuthPolicy;
  /** Of the sign-in page: for Federated, and only then. */
  readonly authenticationServiceUrl?: string | undefined;
  readonly policyServiceUrl: string;
  readonly enrollmentServiceUrl: string;
};

/** The answer to a Discover (MS-MDE2, 3.1.4.1.3.2). */
export function writeDiscoverResponse(result: DiscoverResult, relatesTo: string | undefined): Buffer {
  const { authPolicy, authenticationServiceUrl, policyServiceUrl, enrollmentServiceUrl } = result;
  const authentication: Markup | undefined =
    authenticationServiceUrl === undefined
      ? undefined
      : xml`<AuthenticationServiceUrl>${authenticationServiceUrl}</AuthenticationServiceUrl>`;
  const body = xml`
    <DiscoverResponse xmlns="${NS.discovery}">
      <DiscoverResult>
        <AuthPolicy>${authPolicy}</AuthPolicy>
        <EnrollmentVersion>4.0</EnrollmentVersion>
        ${authentication}
        <EnrollmentPolicyServiceUrl>${policyServiceUrl}</EnrollmentPolicyServiceUrl>
        <EnrollmentServiceUrl>${enrollmentServiceUrl}</EnrollmentServiceUrl>
      </DiscoverResult>
    </DiscoverResponse>`;
  return writeSoap({ service: 'discovery', relatesTo, body });
}
