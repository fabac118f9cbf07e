import { fileURLToPath } from 'node:url';
import { type Font, openSync } from 'fontkit';

const FONT = '@expo-google-fonts/noto-sans-jp/400Regular/NotoSansJP_400Regular.ttf';
/** 下駄記号: how Japanese printing shows a character that it does not have. */
const GETA = '〓';

let font: Font | undefined;

function opened(): Font {
  if (font !== undefined) return font;
  const found = openSync(fileURLToPath(import.meta.resolve(FONT)));
  if (!('hasGlyphForCodePoint' in found)) throw new Error('the font is a collection');
  font = found;
  return found;
}

/** A text of one paragraph as the font can print it: no control characters, 〓 for what it lacks. */
export function printable(text: string): string {
  const shown = text
    .toWellFormed()
    .normalize('NFC')
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .replaceAll(/[\p{Cf}\p{Variation_Selector}]/gu, '');
  return Array.from(shown, (char) => (opened().hasGlyphForCodePoint(char.codePointAt(0) ?? 0) ? char : GETA)).join('');
}

const NUMBER = new Intl.NumberFormat('en');
export const digits = (value: number): string => NUMBER.format(value);
export const yen = (value: number): string => `${value < 0 ? '-' : ''}¥${NUMBER.format(Math.abs(value))}`;

/** `2026-11-02` as 2026年11月2日, `2026-10` as 2026年10月. */
export function japaneseDate(iso: string): string {
  const [year, month, day] = iso.split('-').map(Number);
  return `${year}年${month}月${day === undefined ? '' : `${day}日`}`;
}
