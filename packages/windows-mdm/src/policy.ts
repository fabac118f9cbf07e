import { type Credential, parseSecurity } from './security.ts';
import { NS, parseSoap, writeSoap } from './soap.ts';
import { XmlError } from './xml.ts';
import { xml } from './xml-write.ts';

export type PolicyRequest = { readonly messageId: string | undefined; readonly credential: Credential };

/** Reads a GetPolicies (MS-XCEP, 3.1.4.1): who asks is all that matters. Throws `XmlError`. */
export function parseGetPolicies(bytes: Uint8Array): PolicyRequest {
  const { messageId, security, body } = parseSoap(bytes);
  if (body.name !== 'GetPolicies') throw new XmlError('bad_value', -1, 'GetPolicies');
  return { messageId, credential: parseSecurity(security) };
}

/** What Windows takes from the policy: how long keys are at least, and SHA-256 rather than its default SHA-1. */
export type KeyPolicy = {
  readonly minimalKeyLength: number;
  /** How long certificates live and how long before their end they are renewed: informative, WSTEP/Renew decides. */
  readonly validitySeconds: number;
  readonly renewalSeconds: number;
};

/** The answer to a GetPolicies (MS-XCEP, 3.1.4.1.3): elements in the order of the schema, most of them nil. */
export function writePolicyResponse(policy: KeyPolicy, relatesTo: string | undefined): Buffer {
  const { minimalKeyLength, validitySeconds, renewalSeconds } = policy;
  const attributes = xml`
    <attributes>
      <commonName>Tsukasa</commonName>
      <policySchema>3</policySchema>
      <certificateValidity>
        <validityPeriodSeconds>${validitySeconds}</validityPeriodSeconds>
        <renewalPeriodSeconds>${renewalSeconds}</renewalPeriodSeconds>
      </certificateValidity>
      <permission><enroll>true</enroll><autoEnroll>false</autoEnroll></permission>
      <privateKeyAttributes>
        <minimalKeyLength>${minimalKeyLength}</minimalKeyLength>
        <keySpec xsi:nil="true"/><keyUsageProperty xsi:nil="true"/><permissions xsi:nil="true"/>
        <algorithmOIDReference xsi:nil="true"/><cryptoProviders xsi:nil="true"/>
      </privateKeyAttributes>
      <revision><majorRevision>101</majorRevision><minorRevision>0</minorRevision></revision>
      <supersededPolicies xsi:nil="true"/><privateKeyFlags xsi:nil="true"/><subjectNameFlags xsi:nil="true"/>
      <enrollmentFlags xsi:nil="true"/><generalFlags xsi:nil="true"/>
      <hashAlgorithmOIDReference>0</hashAlgorithmOIDReference>
      <rARequirements xsi:nil="true"/><keyArchivalAttributes xsi:nil="true"/><extensions xsi:nil="true"/>
    </attributes>`;
  const body = xml`
    <GetPoliciesResponse xmlns="${NS.policy}" xmlns:xsi="${NS.instance}">
      <response>
        <policyID/><policyFriendlyName xsi:nil="true"/><nextUpdateHours xsi:nil="true"/>
        <policiesNotChanged xsi:nil="true"/>
        <policies><policy>
          <policyOIDReference>0</policyOIDReference><cAs xsi:nil="true"/>${attributes}
        </policy></policies>
      </response>
      <cAs xsi:nil="true"/>
      <oIDs><oID>
        <value>2.16.840.1.101.3.4.2.1</value><group>1</group>
        <oIDReferenceID>0</oIDReferenceID><defaultName>szOID_NIST_sha256</defaultName>
      </oID></oIDs>
    </GetPoliciesResponse>`;
  return writeSoap({ service: 'policy', relatesTo, body });
}
