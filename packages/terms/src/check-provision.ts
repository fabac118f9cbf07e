import { acceptedRun, applied, type Before, type Checked } from './check-common.ts';
import { isAfter, isBefore } from './days.ts';
import { TermsError } from './errors.ts';
import { licenceHash, licencesNeeded } from './licences.ts';
import { type KindId, SERVICE, type Subject } from './model.ts';
import { identityOn } from './revisions.ts';

/** Art. 7-1, 8-3, 9-2: what is agreed to is a text that exists, exactly as it is written. */
export function checkLicence(before: Before, fact: Checked<'licence_agreed'>): void {
  applied(before, fact.on);
  const { document, version } = fact;
  const licence = before.book.catalogue.licences.find((each) => each.document === document && each.version === version);
  if (licence === undefined || isAfter(licence.from, fact.on))
    throw new TermsError('licence.unknown', { document, version }, 'art-7-1');
  if (fact.sha256 !== licenceHash(licence))
    throw new TermsError('licence.other_text', { document, version }, 'art-7-1');
}

/** Activation: accepted, not before the start, and with every licence agreed to (Art. 7-1, 8-3). */
export function checkActivated(before: Before, fact: Checked<'activated'>): void {
  const reading = applied(before, fact.on);
  const { kind } = identityOn(reading.course, fact.on);
  for (const subject of fact.subjects) {
    const run = acceptedRun(reading, subject, fact.on, { code: 'subject.before_acceptance', clause: 'art-7-1' });
    if (run.activatedOn !== undefined)
      throw new TermsError('activation.already', { subject, activatedOn: String(run.activatedOn) });
    if (run.startOn !== undefined && isBefore(fact.on, run.startOn))
      throw new TermsError('activation.before_start', { subject, on: String(fact.on), startOn: String(run.startOn) });
    checkAgreed(before, reading.lives.agreed, kind, subject, fact.on);
  }
}

type Agreed = readonly { readonly document: string; readonly version: string }[];

function checkAgreed(
  before: Before,
  agreed: Agreed,
  kind: KindId | undefined,
  subject: Subject,
  on: Temporal.PlainDate,
): void {
  const options = subject === SERVICE ? [] : [subject];
  // A text published for a later day is not in the way of an activation set in advance.
  const day = isAfter(on, before.today) ? before.today : on;
  for (const licence of licencesNeeded(before.book.catalogue, { ...(kind !== undefined && { kind }), options }, day)) {
    const { document, version } = licence;
    if (!agreed.some((each) => each.document === document && each.version === version))
      throw new TermsError('licence.missing', { document, version }, subject === SERVICE ? 'art-7-1' : 'art-8-3');
  }
}

/** Art. 11: a billing start date needs a contract that is accepted and has not ended. */
export function checkBillingStarted(before: Before, fact: Checked<'billing_started'>): void {
  const reading = applied(before, fact.on);
  for (const subject of fact.subjects) {
    const run = acceptedRun(reading, subject, fact.on, { code: 'billing.before_acceptance', clause: 'art-11' });
    if (run.billingStartOn !== undefined)
      throw new TermsError('billing.already', { subject, billingStartOn: String(run.billingStartOn) }, 'art-11');
    const end = reading.ends.get(run);
    if (end !== undefined && isAfter(fact.on, end.on))
      throw new TermsError('billing.after_end', { subject, on: String(fact.on), endsOn: String(end.on) }, 'art-11');
  }
}
