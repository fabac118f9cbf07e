import type { IncomingMessage } from 'node:http';
import { FailureLimit, networkOf } from '../../base/http/failure-limit.ts';
import { clientAddress, proxyTrust } from '../../base/http/proxies.ts';
import type { ContractorId } from '../../base/ids.ts';
import type { InvitationId } from '../devices/index.ts';
import { EnrollmentRefusal } from './enrollment-refusal.ts';

/** An office that enrolls many PCs behind one address fails seldom; who guesses fails always. */
const PER_NETWORK = { burst: 60, perMinute: 20 };

/** Whoever has an invitation and is refused still costs us signatures to check. */
const PER_INVITATION = { burst: 30, perMinute: 10 };

/** Slows down whoever is refused again and again at enrollment or sign-in: by the network it comes from, and by invitation. */
export class EnrollmentGuard {
  readonly #limit = new FailureLimit(PER_NETWORK);
  readonly #invitations = new FailureLimit(PER_INVITATION);
  readonly #trusts: (address: string) => boolean;

  constructor(trustProxy: readonly string[]) {
    this.#trusts = proxyTrust(trustProxy);
  }

  /** The client's address, behind trusted proxies too. */
  sourceOf({ socket, headers }: IncomingMessage): string {
    const forwarded = [headers['x-forwarded-for']].flat().join(',');
    return clientAddress(socket.remoteAddress ?? '', forwarded, this.#trusts);
  }

  /** Whole seconds until this source is listened to again; 0 when it is now. */
  wait(source: string, now: Temporal.Instant): number {
    return this.#limit.wait(networkOf(source), now);
  }

  /** Throws `EnrollmentRefusal` when this invitation has failed too often. */
  requirePatience(contractorId: ContractorId, invitationId: InvitationId, now: Temporal.Instant): void {
    if (this.#invitations.wait(invitationId, now) === 0) return;
    throw new EnrollmentRefusal('enrollment.too_many_tries', { contractorId });
  }

  /** `subject`: what was refused, the id of an invitation among others. */
  failed(source: string, now: Temporal.Instant, subject = ''): void {
    if (subject !== '') this.#invitations.failed(subject, now);
    this.#limit.failed(networkOf(source), now);
  }
}
