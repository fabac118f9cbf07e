import assert from 'node:assert/strict';
import { test } from 'node:test';
import { table } from './output.ts';

test('full-width names keep the columns aligned', () => {
  const rows = [
    { name: '株式会社', id: 'a' },
    { name: 'Co', id: 'b' },
  ];
  assert.equal(
    table(rows, [
      ['NAME', (row) => row.name],
      ['ID', (row) => row.id],
    ]),
    'NAME      ID\n株式会社  a\nCo        b',
  );
});

test('a name from a device cannot steer the terminal', () => {
  assert.equal(table([{ name: 'a\u001b[2Jb' }], [['NAME', (row) => row.name]]), 'NAME\na [2Jb');
});
