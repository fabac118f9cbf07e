export const LANGUAGES = ['ja', 'en'] as const;
export type Language = (typeof LANGUAGES)[number];
const KEY = 'tsukasa.language';

/** The chosen language; before any choice the browser's, and Japanese when it names neither of ours. */
export function currentLanguage(): Language {
  const stored = localStorage.getItem(KEY);
  if (stored === 'ja' || stored === 'en') return stored;
  for (const tag of navigator.languages) {
    if (tag.startsWith('ja')) return 'ja';
    if (tag.startsWith('en')) return 'en';
  }
  return 'ja';
}

export function storeLanguage(language: Language): void {
  localStorage.setItem(KEY, language);
}
