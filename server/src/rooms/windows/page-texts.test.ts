import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ACTION_TYPES, type ActionType, USAGE_MODES, type UsageMode } from '@tsukasa/api';
import { EDITIONS, firstQuestions } from '@tsukasa/windows-mdm';
import type { DeviceFacts } from '../devices/index.ts';
import { assess, rawCommands } from './assess.ts';
import { type Act, OPENS, SIGHTS, whatTheCompanySees } from './page-texts.ts';
import { targetOf } from './target.ts';

const LANGUAGES = ['ja', 'en'] as const;
const WINDOWS_11 = '10.0.26100.1742';

/** A PC of each edition, and one that has said nothing yet. */
function pcs(usageMode: UsageMode): readonly DeviceFacts[] {
  const facts = { platform: 'windows', usageMode, managementState: 'managed' } as DeviceFacts;
  const known = EDITIONS.map(({ name }) => ({ ...facts, osEdition: name, osVersion: WINDOWS_11 }));
  return [facts, ...known];
}

function allowed(usageMode: UsageMode): readonly ActionType[] {
  return ACTION_TYPES.filter((type) => pcs(usageMode).some((pc) => assess(pc, type, {}).refusal === undefined));
}

for (const usageMode of USAGE_MODES) {
  test(`${usageMode}: what the page says can be done is what can be done`, () => {
    assert.deepEqual([...OPENS[usageMode].acts].sort(), [...allowed(usageMode)].sort());
    const raw = pcs(usageMode).some((pc) => rawCommands(pc).some(({ possible }) => possible));
    assert.equal(raw, allowed(usageMode).includes('raw'));
  });

  test(`${usageMode}: what the page says is seen is what is asked`, () => {
    const personallyOwned = usageMode === 'personally-owned';
    const asked = pcs(usageMode).flatMap((pc) =>
      firstQuestions({ target: targetOf(pc), providerId: 'Tsukasa', personallyOwned }),
    );
    const sights = new Set(asked.map(({ section }) => SIGHTS[section]));
    if (allowed(usageMode).includes('locate')) sights.add('place');
    assert.deepEqual([...OPENS[usageMode].sights].sort(), [...sights].sort());
  });

  for (const language of LANGUAGES) {
    test(`${usageMode}, ${language}: one line for each, and none twice`, () => {
      const { sees, does, never } = whatTheCompanySees(language, usageMode);
      assert.deepEqual([sees.length, does.length], [OPENS[usageMode].sights.length, OPENS[usageMode].acts.length]);
      const lines = [...sees, ...does, ...never];
      assert.equal(new Set(lines).size, lines.length);
    });
  }
}

/** Words by which a reader knows each act that is refused on a person's own PC. */
const REFUSED_WORDS: Readonly<
  Record<Exclude<Act, 'refresh' | 'remove_management'>, Readonly<Record<'ja' | 'en', RegExp>>>
> = {
  erase: { ja: /初期化/, en: /eras/i },
  restart: { ja: /再起動/, en: /restart/i },
  lock: { ja: /ロック/, en: /lock/i },
  locate: { ja: /位置/, en: /where the PC is/ },
  rename: { ja: /名前/, en: /name/ },
  rotate_recovery_key: { ja: /BitLocker の回復パスワード/, en: /BitLocker recovery passwords/ },
  raw: { ja: /設定の変更/, en: /changing its name or its settings/ },
};

for (const language of LANGUAGES) {
  test(`${language}: what is refused on a person’s own PC stands under what the company cannot do, and nowhere else`, () => {
    const { does, never } = whatTheCompanySees(language, 'personally-owned');
    const company = whatTheCompanySees(language, 'company-owned');
    const refused = ACTION_TYPES.filter(
      (type) => allowed('company-owned').includes(type) && !allowed('personally-owned').includes(type),
    );
    assert.deepEqual([...refused].sort(), Object.keys(REFUSED_WORDS).sort());
    for (const [act, words] of Object.entries(REFUSED_WORDS)) {
      assert.ok(
        never.some((line) => words[language].test(line)),
        act,
      );
      assert.equal(
        does.some((line) => words[language].test(line)),
        false,
        act,
      );
      assert.equal(
        company.never.some((line) => words[language].test(line)),
        false,
        act,
      );
    }
  });
}
