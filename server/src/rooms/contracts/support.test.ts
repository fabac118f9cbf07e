import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BookKeeper } from './book.ts';
import { checkSupport } from './support.ts';
import { contractsGround } from './testing.ts';

const ground = await contractsGround('2026-04-10T01:00:00Z');
const books = new BookKeeper(() => ground.clock.now());
const check = (osFamily: string, osVersion: string | undefined, usageMode = 'company-owned') =>
  ground.db.jobs((tx) => checkSupport(books, tx, { osFamily, osVersion, usageMode }, ground.clock.now()));
const codes = async (...asked: Parameters<typeof check>) => (await check(...asked)).map(({ code }) => code);

test('OS, version and usage mode are those of the catalogue, also right after it has changed', async () => {
  assert.deepEqual(await codes('iOS', '18.1'), []);
  assert.deepEqual(await check('iOS', '12.5'), [{ code: 'os.version', supported: 'iOS 15+' }]);
  assert.deepEqual(await codes('iOS', undefined), []);
  assert.deepEqual(await codes('watchOS', '11'), ['os.family']);
  assert.deepEqual(await codes('iOS', '18.1', 'dedicated'), ['usage_mode.not_supported']);
  const { version, content } = await ground.provider.ok('getCatalogue');
  const supportedOs = content.supportedOs.map((line) => (line.family === 'iOS' ? { ...line, atLeast: '19' } : line));
  await ground.second.ok('changeCatalogue', { body: { version, content: { ...content, supportedOs } } });
  assert.deepEqual(await codes('iOS', '18.1'), ['os.version']);
});
