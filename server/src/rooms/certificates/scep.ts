import {
  type CertificateRequest,
  inside,
  isValidAt,
  parseCertificate,
  publicKeyFromCertificate,
  publicKeyOf,
  readWhole,
  TAG,
  verifyIssuedBy,
} from '@tsukasa/cms';
import {
  buildCertRep,
  decryptContent,
  decryptCsr,
  type FailInfo,
  failInfoOf,
  type Identity,
  type PkiMessage,
  parsePkiMessage,
  type RequestHeader,
  ScepError,
} from '@tsukasa/scep';
import type { Clock } from '../../base/clock.ts';
import type { Db } from '../../base/db.ts';
import type { ContractorId } from '../../base/ids.ts';
import type { Authorities } from './authority.ts';
import { type Issuance, issueForChallenge, issueRenewal } from './issue.ts';
import { findBySha256, findCertificate } from './issued-store.ts';
import type { Authority, IdentityBindings, Issued } from './model.ts';
import { REFUSALS, type Refusal } from './refusals.ts';

/** Smallest RSA key certified: 1024, the default of Apple's payload, is too weak for an identity of two years. */
const MIN_RSA_BITS = 2048;

export type ScepDeps = {
  readonly db: Db;
  readonly clock: Clock;
  readonly authorities: Authorities;
  readonly bindings: IdentityBindings;
  readonly lifetime: Temporal.Duration;
};

/** The contractor a message was sent to. */
export type Addressee = {
  readonly contractorId: ContractorId;
  readonly contractorName: string;
  readonly authority: Authority;
};

/** What a pkiMessage gets: a CertRep, or nothing in SCEP when its sender could not even be read. */
export type Answer = {
  readonly certRep: Buffer | undefined;
  readonly refused: Refusal | undefined;
  readonly transactionId: string | undefined;
  /** Serial of the known certificate that signed, for the event. */
  readonly signer: string | undefined;
};

/** A refusal on its way out of the steps below; it never leaves this file. */
class Refused extends Error {
  readonly refusal: Refusal;
  readonly signer: string | undefined;
  constructor(refusal: Refusal, signer?: string) {
    super(refusal);
    this.refusal = refusal;
    this.signer = signer;
  }
}

/** Serves one PKIOperation (RFC 8894, 4.3 to 4.7). Rejects only for bugs and a database that is away. */
export async function servePkiMessage(deps: ScepDeps, to: Addressee, bytes: Uint8Array): Promise<Answer> {
  let message: PkiMessage;
  try {
    message = parsePkiMessage(bytes);
  } catch (error) {
    if (!(error instanceof ScepError)) throw error;
    return refuse(to, error.request, refusalOf(error.failInfo));
  }
  try {
    const issuance = await serve(deps, to, message);
    if ('refused' in issuance) return refuse(to, message, issuance.refused);
    const result = { status: 'SUCCESS', request: message, certificates: [issuance.certificate] } as const;
    const certRep = buildCertRep({ result, signer: identityOf(to.authority) });
    return { certRep, refused: undefined, transactionId: message.transactionId, signer: undefined };
  } catch (error) {
    if (error instanceof Refused) return refuse(to, message, error.refusal, error.signer);
    const failInfo = failInfoOf(error);
    if (failInfo === undefined) throw error;
    return refuse(to, message, refusalOf(failInfo));
  }
}

function refuse(to: Addressee, request: RequestHeader | undefined, refused: Refusal, signer?: string): Answer {
  const [failInfo] = REFUSALS[refused];
  const certRep =
    request && buildCertRep({ result: { status: 'FAILURE', request, failInfo }, signer: identityOf(to.authority) });
  return { certRep, refused, transactionId: request?.transactionId, signer };
}

function refusalOf(failInfo: FailInfo): Refusal {
  switch (failInfo) {
    case 'badAlg':
      return 'scep.unsupported_algorithm';
    case 'badMessageCheck':
      return 'scep.bad_signature';
    default:
      return 'scep.malformed';
  }
}

function identityOf({ certificate, privateKey }: Authority): Identity {
  return { certificate: certificate.der, privateKey };
}

function serve(deps: ScepDeps, to: Addressee, message: PkiMessage): Promise<Issuance> {
  switch (message.messageType) {
    case 'PKCSReq':
      return enroll(deps, to, message);
    case 'RenewalReq':
    case 'UpdateReq': // the older drafts' name for it
      return renew(deps, to, message);
    case 'GetCert':
      return getCertificate(deps, to, message);
    case 'CertPoll':
      // Nothing is ever left pending here, so there is nothing to poll for.
      throw new Refused('scep.unknown_certificate');
    default:
      // GetCRL: revocation is enforced at the device channel, no list is published.
      throw new Refused('scep.unsupported_operation');
  }
}

function enroll(deps: ScepDeps, to: Addressee, message: PkiMessage): Promise<Issuance> {
  const csr = openCsr(to, message);
  if (csr.challengePassword === undefined) throw new Refused('scep.challenge_missing');
  return issueForChallenge(deps, { ...to, spki: csr.spki, challenge: csr.challengePassword });
}

async function renew(deps: ScepDeps, to: Addressee, message: PkiMessage): Promise<Issuance> {
  const present = await checkPresent(deps, to, message);
  const { contractorId } = to;
  const binding = await deps.db.asContractor(contractorId, (tx) =>
    deps.bindings.ofSerial(tx, contractorId, present.serial),
  );
  if (!binding?.live) throw new Refused('scep.unbound_certificate', present.serial);
  const csr = openCsr(to, message);
  return issueRenewal(deps, { ...to, spki: csr.spki, renewed: present.serial, enrollmentId: binding.enrollmentId });
}

/** The certificate that signed the message: ours, on record, in its dates and not revoked. */
async function checkPresent(deps: ScepDeps, to: Addressee, message: PkiMessage): Promise<Issued> {
  const certificate = parseCertificate(message.signerCertificate);
  const { contractorId } = to;
  const { found, authorities } = await deps.db.asContractor(contractorId, async (tx) => ({
    found: await findBySha256(tx, contractorId, certificate.sha256),
    authorities: await deps.authorities.certificates(tx, contractorId),
  }));
  // On record means that we made it; its signature is verified all the same, as everybody else would.
  if (!found || !authorities.some((authority) => verifyIssuedBy(certificate, authority))) {
    throw new Refused('scep.foreign_certificate');
  }
  if (found.state !== 'issued') throw new Refused('scep.revoked_certificate', found.serial);
  if (!isValidAt(certificate, deps.clock.now().epochMilliseconds)) {
    throw new Refused('scep.expired_certificate', found.serial);
  }
  return found;
}

/** The request inside, its possession proved, with an RSA key strong enough; and a signer that can receive the answer. */
function openCsr(to: Addressee, message: PkiMessage): CertificateRequest {
  if (publicKeyFromCertificate(message.signerCertificate).asymmetricKeyType !== 'rsa') {
    throw new Refused('scep.unsupported_algorithm');
  }
  const csr = readCsr(to, message);
  const key = publicKeyOf(csr);
  if (key.asymmetricKeyType !== 'rsa') throw new Refused('scep.unsupported_algorithm');
  if ((key.asymmetricKeyDetails?.modulusLength ?? 0) < MIN_RSA_BITS) throw new Refused('scep.weak_key');
  return csr;
}

function readCsr(to: Addressee, message: PkiMessage): CertificateRequest {
  try {
    return decryptCsr(message, identityOf(to.authority));
  } catch (error) {
    if (failInfoOf(error) === undefined) throw error;
    throw new Refused('scep.unreadable_request');
  }
}

/** GetCert (RFC 8894, 4.6), for holders of one of our certificates: others learn nothing, not even by a failed decryption. */
async function getCertificate(deps: ScepDeps, to: Addressee, message: PkiMessage): Promise<Issuance> {
  await checkPresent(deps, to, message);
  const wanted = inside(readWhole(decryptContent(message, identityOf(to.authority)), TAG.sequence, 'der'));
  const issuer = wanted.next(TAG.sequence).raw;
  const serial = wanted.next(TAG.integer).content.toString('hex').replace(/^00/, '');
  wanted.end();
  const ours = issuer.equals(to.authority.certificate.subject.der);
  const certificate = ours
    ? await deps.db.asContractor(to.contractorId, (tx) => findCertificate(tx, to.contractorId, serial))
    : undefined;
  if (!certificate) throw new Refused('scep.unknown_certificate');
  return { certificate };
}
