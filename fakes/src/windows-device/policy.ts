import type { Reach } from './http.ts';
import { insist } from './mistakes.ts';
import { callSoap, NS } from './soap.ts';
import { attributesOf, childrenOf, type Element, findChild, getChild, getPath, getText } from './xml.ts';

/** What of a certificate policy Windows uses. */
export type CertificatePolicy = { readonly keyLength: number; readonly digest: 'sha1' | 'sha256' };

/** What Windows assumes when no policy service is named. */
export const DEFAULT_POLICY: CertificatePolicy = { keyLength: 2048, digest: 'sha1' };

const STEP = 'policy';
const SERVICE = `${NS.policy}/IPolicy`;
/** The schema's order (MS-XCEP). */
const ATTRIBUTES = [
  'commonName',
  'policySchema',
  'certificateValidity',
  'permission',
  'privateKeyAttributes',
  'revision',
  'supersededPolicies',
  'privateKeyFlags',
  'subjectNameFlags',
  'enrollmentFlags',
  'generalFlags',
  'hashAlgorithmOIDReference',
  'rARequirements',
  'keyArchivalAttributes',
  'extensions',
];
const KEY_ATTRIBUTES = [
  'minimalKeyLength',
  'keySpec',
  'keyUsageProperty',
  'permissions',
  'algorithmOIDReference',
  'cryptoProviders',
];
const SHA256 = '2.16.840.1.101.3.4.2.1';

/** Asks which keys to make and how to sign for them. Throws `WindowsEnrollmentRefused` and `ServerMistake`. */
export async function getPolicies(reach: Reach, url: string, security: string): Promise<CertificatePolicy> {
  const { body } = await callSoap(reach, {
    step: STEP,
    url,
    action: `${SERVICE}/GetPolicies`,
    answer: `${SERVICE}/GetPoliciesResponse`,
    security,
    body: [
      `<GetPolicies xmlns="${NS.policy}" xmlns:xsi="${NS.instance}"><client>`,
      '<lastUpdate xsi:nil="true"/><preferredLanguage xsi:nil="true"/></client><requestFilter xsi:nil="true"/></GetPolicies>',
    ].join(''),
  });
  insist(body.localName === 'GetPoliciesResponse' && body.namespaceURI === NS.policy, STEP, 'answers something else');
  inOrder(body, ['response', 'cAs', 'oIDs']);
  const response = getChild(body, NS.policy, 'response', STEP);
  inOrder(response, ['policyID', 'policyFriendlyName', 'nextUpdateHours', 'policiesNotChanged', 'policies']);
  const policies = childrenOf(getChild(response, NS.policy, 'policies', STEP));
  insist(policies.length === 1 && policies[0] !== undefined, STEP, 'has not exactly one policy');
  inOrder(policies[0], ['policyOIDReference', 'cAs', 'attributes']);
  const attributes = getChild(policies[0], NS.policy, 'attributes', STEP);
  inOrder(attributes, ATTRIBUTES);
  inOrder(getChild(attributes, NS.policy, 'privateKeyAttributes', STEP), KEY_ATTRIBUTES);
  checkNils(body);
  const length = getText(
    getPath(attributes, NS.policy, ['privateKeyAttributes'], STEP),
    NS.policy,
    'minimalKeyLength',
    STEP,
  );
  insist(/^(2048|3072|4096)$/.test(length), STEP, 'asks for a key of no usual length');
  return { keyLength: Number(length), digest: readDigest(body, attributes) };
}

/** Elements in the schema's order, none missing, none beside. */
function inOrder(element: Element, names: readonly string[]): void {
  const found = childrenOf(element).map(({ localName }) => localName);
  insist(
    found.join() === names.join(),
    STEP,
    `has other elements in ${element.localName} than the schema, or in another order`,
  );
  for (const { namespaceURI, localName } of childrenOf(element))
    insist(namespaceURI === NS.policy, STEP, `has ${localName} in another namespace`);
}

/** `nil` counts only in its own namespace, and means an empty element. */
function checkNils(element: Element): void {
  for (const child of childrenOf(element)) {
    if (attributesOf(child).has('nil')) {
      const nil = child.getAttributeNS(NS.instance, 'nil');
      insist(nil === 'true' && child.childNodes.length === 0, STEP, `has a nil ${child.localName} that is none`);
    }
    checkNils(child);
  }
}

/** The digest by its reference into the list of OIDs; policy schema 3 is needed for that. */
function readDigest(body: Element, attributes: Element): CertificatePolicy['digest'] {
  const reference = getChild(attributes, NS.policy, 'hashAlgorithmOIDReference', STEP);
  if (attributesOf(reference).get('nil') === 'true') return 'sha1';
  insist(getText(attributes, NS.policy, 'policySchema', STEP) === '3', STEP, 'names a digest without policySchema 3');
  const list = findChild(body, NS.policy, 'oIDs', STEP);
  const entry = childrenOf(list ?? body).find(
    (oid) => getText(oid, NS.policy, 'oIDReferenceID', STEP) === reference.textContent,
  );
  insist(entry !== undefined, STEP, 'refers to a digest that it does not list');
  inOrder(entry, ['value', 'group', 'oIDReferenceID', 'defaultName']);
  return getText(entry, NS.policy, 'value', STEP) === SHA256 ? 'sha256' : 'sha1';
}
