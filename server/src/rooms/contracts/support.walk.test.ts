import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ContractorId, newId, parseUuid } from '../../base/ids.ts';
import { type DeviceSupport, markManaged, registerDevice, reviewSupport } from '../devices/index.ts';
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
  assert.deepEqual(await check('iOS', '12.5'), [{ code: 'os.version', what: 'os', supported: 'iOS 15+' }]);
  assert.deepEqual(await codes('iOS', undefined), []);
  assert.deepEqual(await codes('watchOS', '11'), ['os.family']);
  assert.deepEqual(await codes('iOS', '18.1', 'dedicated'), ['usage_mode.not_supported']);
  const { version, content } = await ground.provider.ok('getCatalogue');
  const supportedOs = content.supportedOs.map((line) => (line.family === 'iOS' ? { ...line, atLeast: '19' } : line));
  await ground.second.ok('changeCatalogue', { body: { version, content: { ...content, supportedOs } } });
  assert.deepEqual(await codes('iOS', '18.1'), ['os.version']);
});

const support: DeviceSupport = { check: (...asked) => checkSupport(books, ...asked) };

async function managedDevice(contractorId: ContractorId, osVersion: string): Promise<string> {
  const now = ground.clock.now();
  return ground.db.asContractor(contractorId, async (tx) => {
    const values = { osFamily: 'iPadOS', osVersion } as const;
    const about = { contractorId, platform: 'apple', hardwareId: newId(), usageMode: 'company-owned', values } as const;
    const { deviceId } = await registerDevice(tx, { ...about, now }, support);
    await markManaged(tx, contractorId, deviceId, now);
    return deviceId;
  });
}

type Line = { family: string; atLeast: string; from: string; until?: string };
/** Replaces what the catalogue says of iPadOS. */
async function supportIpadOs(lines: readonly Line[]): Promise<void> {
  const { version, content } = await ground.provider.ok('getCatalogue');
  const others = content.supportedOs.filter(({ family }) => family !== 'iPadOS');
  await ground.provider.ok('changeCatalogue', {
    body: { version, content: { ...content, supportedOs: [...others, ...lines] } },
  });
}

const waiting = async () =>
  (await ground.query(`select 1 from graphile_worker._private_jobs where key = 'devices.review_support'`)).length;

test('a change of the catalogue, at once or on its day, flags devices of every contractor, later no more, and none goes', async () => {
  const owners = [
    parseUuid<'Contractor'>(await ground.newContractor('甲'), 'id'),
    parseUuid<'Contractor'>(await ground.newContractor('乙'), 'id'),
  ];
  const devices = await Promise.all(owners.map((owner) => managedDevice(owner, '17.5')));
  const review = () => reviewSupport({ ...ground, support });
  const shown = () =>
    Promise.all(
      owners.map(async (contractorId, at) => {
        const params = { contractorId, deviceId: devices[at] ?? '' };
        const { support: state, managementState } = await ground.provider.ok('getDevice', { params });
        const { attention } = await ground.provider.ok('getDashboard', { params: { contractorId } });
        return [state, managementState, attention.find(({ kind }) => kind === 'out_of_support')?.count];
      }),
    );
  const fine = ['supported', 'managed', 0];
  const flagged = ['os', 'managed', 1];
  assert.deepEqual(await shown(), [fine, fine]);

  await supportIpadOs([{ family: 'iPadOS', atLeast: '18', from: '2026-01-01' }]);
  assert.equal(await waiting(), 1, 'the change asks for a review');
  await review();
  assert.deepEqual(await shown(), [flagged, flagged]);
  const [owner = newId<'Contractor'>()] = owners;
  const page = await ground.provider.ok('getDevice', { params: { contractorId: owner, deviceId: devices[0] ?? '' } });
  assert.deepEqual(page.supportProblems, [{ code: 'os.version', supported: 'iPadOS 18+' }]);

  await supportIpadOs([{ family: 'iPadOS', atLeast: '17', from: '2026-01-01' }]);
  await review();
  assert.deepEqual(await shown(), [fine, fine]);

  // From the first of May in Japan on: nothing before, without any change of the catalogue on that day.
  await supportIpadOs([
    { family: 'iPadOS', atLeast: '17', from: '2026-01-01', until: '2026-04-30' },
    { family: 'iPadOS', atLeast: '18', from: '2026-05-01' },
  ]);
  ground.clock.advance(Temporal.Instant.from('2026-04-30T14:59:00Z').since(ground.clock.now()).toString());
  await review();
  assert.deepEqual(await shown(), [fine, fine]);
  ground.clock.advance('PT1M');
  await review();
  assert.deepEqual(await shown(), [flagged, flagged]);
});
