import { invalidField } from '../errors.ts';
import type { Message } from '../validate.ts';
import { UPPER, type World } from '../world.ts';
import { list, text } from './call.ts';
import { qrCodeOf } from './qr-code.ts';

/** What makes a sign-in detail the same one. */
function keyOf(detail: Message): string {
  return JSON.stringify([detail['signinUrl'], detail['allowPersonalUsage'] ?? '', detail['tokenTag'] ?? '']);
}

/**
 * The list after a change: entries sent again keep their token and QR code, others get new ones, those left out are gone.
 * Exactly one is the default. Throws 400 for two of the same kind and for a page that is not https.
 */
export function mergeSigninDetails(world: World, old: Message, merged: Message): readonly Message[] {
  const known = new Map(list(old, 'signinDetails').map((detail) => [keyOf(detail), detail]));
  const wanted = list(merged, 'signinDetails');
  if (new Set(wanted.map(keyOf)).size < wanted.length) throw invalidField('signinDetails', 'has the same entry twice');
  const defaults = wanted.filter((detail) => detail['defaultStatus'] === 'SIGNIN_DETAIL_IS_DEFAULT');
  if (defaults.length > 1) throw invalidField('signinDetails', 'has more than one default');
  return wanted.map((detail, index) => {
    const url = text(detail, 'signinUrl') ?? '';
    if (!url.startsWith('https://')) throw invalidField(`signinDetails[${index}].signinUrl`, 'must be an https URL');
    const isDefault = defaults.length === 0 ? index === 0 : detail === defaults[0];
    const kept = known.get(keyOf(detail));
    const token = text(kept ?? {}, 'signinEnrollmentToken') ?? world.draw(20, UPPER);
    return {
      ...detail,
      defaultStatus: isDefault ? 'SIGNIN_DETAIL_IS_DEFAULT' : 'SIGNIN_DETAIL_IS_NOT_DEFAULT',
      signinEnrollmentToken: token,
      qrCode: qrCodeOf(token),
    };
  });
}
