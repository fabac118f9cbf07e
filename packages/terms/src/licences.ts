import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { holdsOn } from './catalogue-entries.ts';
import { isAfter } from './days.ts';
import type { Catalogue, ChecklistItem, KindId, Licence, OptionId } from './model.ts';

/** SHA-256, in hex, over everything that a licence says: what is agreed to names exactly this text in both languages. */
export function licenceHash(licence: Pick<Licence, 'document' | 'version' | 'title' | 'text'>): string {
  const { document, version, title, text } = licence;
  return bytesToHex(sha256(utf8ToBytes(JSON.stringify([document, version, title.ja, title.en, text.ja, text.en]))));
}

/**
 * The licence documents to agree to for a contract of this kind with these options on a day, each in its newest version
 * (Art. 7, 8-3, 9-2). Contracts of historical items have no kind and need only what names no kinds.
 */
export function licencesNeeded(
  catalogue: Catalogue,
  wanted: { readonly kind?: KindId; readonly options: readonly OptionId[] },
  day: Temporal.PlainDate,
): readonly Licence[] {
  const newest = new Map<string, Licence>();
  for (const licence of catalogue.licences) {
    if (!holdsOn(licence, day)) continue;
    const known = newest.get(licence.document);
    if (known === undefined || isAfter(licence.from, known.from)) newest.set(licence.document, licence);
  }
  return [...newest.values()].filter((licence) => isNeeded(licence, wanted));
}

function isNeeded(
  licence: Licence,
  wanted: { readonly kind?: KindId; readonly options: readonly OptionId[] },
): boolean {
  const forKind = licence.kinds === undefined || (wanted.kind !== undefined && licence.kinds.includes(wanted.kind));
  const forOption = wanted.options.some((option) => licence.options === undefined || licence.options.includes(option));
  return forKind || forOption;
}

/** The setup checklist of a contract (Art. 6-1), in the order of its paragraphs. */
export function checklistFor(
  catalogue: Catalogue,
  kind: KindId | undefined,
  day: Temporal.PlainDate,
): readonly ChecklistItem[] {
  return catalogue.checklist
    .filter((item) => holdsOn(item, day))
    .filter((item) => item.kinds === undefined || (kind !== undefined && item.kinds.includes(kind)))
    .sort((a, b) => a.paragraph - b.paragraph);
}
