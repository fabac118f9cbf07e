import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { searchKey } from './search-key.ts';

for (const [stored, typed] of [
  ['株式会社キヤノン', 'きゃのん'],
  ['ｱｯﾌﾟﾙ', 'アップル'],
  ['サーバー', 'さば'],
  ['ヤマダ　タロウ', 'やまだ たろう'],
  ['ガゾウ', 'がぞう'],
  ['ＡＢＣ商事', 'abc'],
  ['髙橋 邉', '高橋辺'],
  ['+81 (90) 1234-5678', '901234‐5678'],
  ['Café', 'CAFE'],
] as const) {
  test(`"${typed}" finds "${stored}"`, () => assert.ok(searchKey(stored).includes(searchKey(typed))));
}

test('voiced and unvoiced kana stay apart', () => assert.notEqual(searchKey('か'), searchKey('が')));

test('absent and blank texts leave no trace', () => assert.equal(searchKey('a', undefined, null, ' ー', 'b'), 'a b'));

test('making a key again changes nothing, and a single key has no space', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const key = searchKey(text);
      assert.equal(searchKey(key), key);
      assert.ok(!/\s/u.test(key));
    }),
  );
});
