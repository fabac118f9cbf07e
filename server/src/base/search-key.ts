// One spelling for what people type in many: the key that is stored beside a name and the key of what is searched for
// are both made here, and one contains the other.

/** Kanji of personal names that are typed in their ordinary form as often as in their registered one. */
const NAME_VARIANTS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    高: '髙',
    崎: '﨑嵜',
    浜: '濱濵',
    辺: '邊邉',
    斉: '齋齊斎',
    沢: '澤',
    広: '廣',
    桜: '櫻',
    真: '眞',
    島: '嶋嶌',
    国: '國',
    吉: '𠮷',
    徳: '德',
    富: '冨',
    静: '靜',
    条: '條',
    恵: '惠',
  }).flatMap(([ordinary, variants]) => [...variants].map((variant) => [variant, ordinary] as const)),
);

const SMALL_KANA = new Map(
  [...'ぁぃぅぇぉっゃゅょゎゕゖ'].map((small, at) => [small, 'あいうえおつやゆよわかけ'[at] ?? small]),
);

/** Katakana from ァ to ヶ and the two repetition marks lie 0x60 above their hiragana. */
const toHiragana = (text: string) =>
  text.replace(/[\u30a1-\u30f6\u30fd\u30fe]/g, (kana) => String.fromCharCode(kana.charCodeAt(0) - 0x60));

const normalise = (text: string) =>
  toHiragana(
    text
      .normalize('NFKC')
      .toLowerCase()
      .normalize('NFD')
      .replace(/[\u0300-\u036f]/g, '') // accents of Latin letters; voicing marks of kana are not among them
      .normalize('NFC'),
  )
    .replace(/./gu, (letter) => SMALL_KANA.get(letter) ?? NAME_VARIANTS.get(letter) ?? letter)
    // long vowels, wave dashes, hyphens, middle dots, quotes and brackets of phone numbers, all kinds of space
    .replace(/[\u30fc\u301c\u3030~\-\u00ad\u2010-\u2015\u2212\u30fb\u00b7'\u2019"()\s\p{Cc}\p{Cf}]/gu, '');

/**
 * The key under which texts are found: full and half width, upper and lower case, katakana and hiragana, small and large
 * kana, long vowels, hyphens, spaces and common kanji variants of names do not matter. Several texts are joined by one
 * space, which no single key contains: a match never spans two of them. Empty when nothing searchable is left.
 */
export function searchKey(...texts: readonly (string | null | undefined)[]): string {
  return texts
    .map((text) => normalise(text ?? ''))
    .filter((key) => key !== '')
    .join(' ');
}
