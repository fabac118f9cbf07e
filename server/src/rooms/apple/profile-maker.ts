import { hash, type KeyObject, randomUUID } from 'node:crypto';
import type { UsageMode } from '@tsukasa/api';
import { buildEnrollmentProfile } from '@tsukasa/apple-mdm';
import { buildSignedData, type Certificate } from '@tsukasa/cms';
import type { Tx } from '../../base/db.ts';
import type { ContractorId } from '../../base/ids.ts';
import type { Certificates } from '../certificates/index.ts';
import type { InvitationId } from '../devices/index.ts';
import type { EnrollmentId, ProfileFacts } from './model.ts';
import { consentText, profileTexts } from './texts.ts';

/** With what profiles are signed, so that they show as verified; cosmetic for the protocol (fact sheet 1.2). */
export type ProfileSigner = {
  readonly certificate: Certificate;
  readonly chain: readonly Certificate[];
  readonly privateKey: KeyObject;
};

export type ProfileMakerDeps = {
  readonly publicUrl: string;
  readonly signer: ProfileSigner | undefined;
  readonly certificates: () => Certificates;
};

export type ProfileRequest = {
  readonly contractorId: ContractorId;
  readonly contractorName: string;
  readonly usageMode: UsageMode;
  readonly topic: string;
  readonly accessRights: number;
  readonly facts: ProfileFacts;
  /** For whom the identity is: a first enrollment by invitation, or one that exists. */
  readonly subject: { readonly invitationId: InvitationId } | { readonly enrollmentId: EnrollmentId };
  readonly challengeExpiresAt: Temporal.Instant;
  readonly now: Temporal.Instant;
};

/** Makes enrollment profiles, each with a one-time challenge of its own. */
export class ProfileMaker {
  readonly #deps: ProfileMakerDeps;

  constructor(deps: ProfileMakerDeps) {
    this.#deps = deps;
  }

  /** What a device enrolled today keeps for ever; also stands in what a renewal sends (fact sheet 1.5). */
  facts(contractorId: ContractorId): ProfileFacts {
    const base = `${this.#deps.publicUrl}/mdm/apple/${contractorId}`;
    return {
      identifier: profileIdentifier(contractorId),
      serverUrl: `${base}/connect`,
      checkInUrl: `${base}/checkin`,
    };
  }

  /** The profile's bytes, signed when there is something to sign with. */
  async make(tx: Tx, request: ProfileRequest): Promise<Buffer> {
    const { contractorId, contractorName, usageMode, facts, now } = request;
    const { publicUrl, signer, certificates } = this.#deps;
    const authority = await certificates().authorityOf(tx, contractorId, now);
    const expiresAt = request.challengeExpiresAt;
    const challenge = await certificates().createChallenge(tx, contractorId, { ...request.subject, expiresAt, now });
    const plainHttp = publicUrl.startsWith('http:');
    const texts = profileTexts(contractorName);
    const profile = buildEnrollmentProfile({
      identifier: facts.identifier,
      uuid: randomUUID(),
      organization: contractorName,
      displayName: texts.displayName,
      description: texts.description,
      consentText: consentText(contractorName, usageMode),
      scep: {
        uuid: randomUUID(),
        url: `${publicUrl}/scep/${contractorId}`,
        name: 'Tsukasa',
        challenge,
        subject: [[['O', contractorName.slice(0, 64)]], [['CN', 'Device identity']]],
        retries: 3,
        retryDelaySeconds: 10,
        ...(plainHttp ? { caFingerprint: hash('sha1', authority.certificate.der, 'buffer') } : {}),
      },
      mdm: {
        uuid: randomUUID(),
        serverUrl: facts.serverUrl,
        checkInUrl: facts.checkInUrl,
        topic: request.topic,
        accessRights: request.accessRights,
        signMessage: true,
        checkOutWhenRemoved: true,
        serverCapabilities: ['com.apple.mdm.bootstraptoken'],
      },
      allowHttp: plainHttp,
    });
    if (signer === undefined) return profile;
    return buildSignedData({
      content: profile,
      certificate: signer.certificate.der,
      privateKey: signer.privateKey,
      extraCertificates: signer.chain.map(({ der }) => der),
      signingTime: now.epochMilliseconds,
    });
  }
}

/** Top-level `PayloadIdentifier`; stable per contractor, or a renewal would install a second profile. */
export function profileIdentifier(contractorId: ContractorId): string {
  return `tsukasa.mdm.${contractorId}`;
}
