import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { csvCell, csvHead, parseColumns } from './csv.ts';

/** A small reader of RFC 4180, written for this test alone. */
function parseLine(line: string): string[] {
  const cells: string[] = [];
  for (let at = 0; at <= line.length; ) {
    if (line[at] === '"') {
      let cell = '';
      for (at++; ; at++) {
        if (line[at] !== '"') cell += line[at] ?? '';
        else if (line[at + 1] === '"') cell += line[at++] ?? '';
        else break;
        assert.ok(at < line.length, 'a quoted cell never ends');
      }
      cells.push(cell);
      at += 2;
    } else {
      const end = line.indexOf(',', at);
      const stop = end < 0 ? line.length : end;
      cells.push(line.slice(at, stop));
      at = stop + 1;
    }
  }
  return cells;
}

test('any texts come back out of a line, at most with an apostrophe in front', () => {
  const text = fc.string({ unit: fc.constantFrom('"', ',', '\r', '\n', '=', '+', ' ', 'あ', 'a', '\t') });
  fc.assert(
    fc.property(fc.array(text, { minLength: 1, maxLength: 5 }), (cells) => {
      const read = parseLine(cells.map((cell) => csvCell(cell, 'ja')).join(','));
      assert.deepEqual(
        read.map((cell) => cell.replace(/^'/, '')),
        cells,
      );
    }),
  );
});

for (const evil of ['=1+1', '+81901', '-2', '@SUM(A1)', '\t=1', ' =cmd', '＝1', '\r\n=1']) {
  test(`${JSON.stringify(evil)} is no formula`, () => {
    assert.match(csvCell(evil, 'en'), /^"?'/);
  });
}

test('a head names its columns in the language asked, behind the byte order mark', () => {
  assert.equal(csvHead(['name', 'serialNumber'], 'ja'), '\uFEFF端末名,シリアル番号\r\n');
  assert.equal(csvHead(['person', 'department'], 'en'), '\uFEFFPerson,Department\r\n');
});

test('an unknown column is refused', () => {
  assert.deepEqual(parseColumns('name, person'), ['name', 'person']);
  assert.throws(() => parseColumns('name,__proto__'), /unknown column/);
});
