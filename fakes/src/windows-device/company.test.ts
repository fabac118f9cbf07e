import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { hasBuild } from './editions.ts';
import { companyPcs, EDITIONS, makeWindowsBlueprint, NodeRefused, WindowsDevice } from './index.ts';
import { treeRules } from './tree.ts';

describe('a company of PCs', () => {
  const pcs = companyPcs('demo').map((choice) => makeWindowsBlueprint(choice));

  test('is the same for the same seed, and another for another', () => {
    assert.deepEqual(companyPcs('demo'), companyPcs('demo'));
    assert.notDeepEqual(companyPcs('demo'), companyPcs('other'));
  });

  test('has thirty PCs that cannot be mistaken for one another', () => {
    assert.equal(pcs.length, 30);
    for (const field of ['name', 'serialNumber', 'deviceId', 'hardwareId'] as const) {
      assert.equal(new Set(pcs.map((pc) => pc[field])).size, 30, field);
    }
    for (const { name } of pcs) assert.equal([...name].length <= 15, true, name);
  });

  test('is as mixed as companies are', () => {
    const families = new Set(pcs.map(({ edition }) => edition.family));
    for (const family of ['home', 'pro', 'enterprise'] as const) assert.equal(families.has(family), true, family);
    assert.equal(new Set(pcs.map(({ hardware }) => hardware.manufacturer)).size > 5, true);
    assert.equal(
      pcs.some(({ tpm }) => tpm === undefined),
      true,
    );
    assert.equal(
      pcs.some(({ volumes }) => volumes.every(({ encrypted }) => !encrypted)),
      true,
    );
    assert.equal(
      pcs.some(({ volumes }) => volumes.some(({ encrypted }) => encrypted)),
      true,
    );
    assert.equal(
      pcs.some(({ build }) => build < 22000),
      true,
    );
    assert.equal(
      pcs.some(({ build }) => build >= 26100),
      true,
    );
  });

  test('runs no Windows 11 on a PC that cannot, and no BitLocker on Home', () => {
    fc.assert(
      fc.property(fc.string(), (seed) => {
        const pc = makeWindowsBlueprint({ seed });
        assert.equal(pc.hardware.windows11 || pc.build < 22000, true);
        if (pc.edition === EDITIONS.home)
          assert.equal(
            pc.volumes.some(({ encrypted }) => encrypted),
            false,
          );
        assert.equal(pc.osVersion, `10.0.${pc.build}.${pc.revision}`);
        assert.equal(pc.freeGigabytes <= pc.storageGigabytes, true);
      }),
    );
  });

  test('has recovery passwords of the form that BitLocker gives', () => {
    for (const choice of companyPcs('demo')) {
      for (const { recoveryPassword, encrypted } of new WindowsDevice(choice).state.volumes) {
        assert.equal(recoveryPassword !== undefined, encrypted);
        if (recoveryPassword === undefined) continue;
        const groups = recoveryPassword.split('-').map(Number);
        assert.equal(groups.length, 8);
        for (const group of groups) assert.equal(group % 11 === 0 && group < 720_896, true);
      }
    }
  });
});

describe('builds that have a node', () => {
  const cases = [
    [19045, 6332, ['22000', '19041.1387'], true],
    [19044, 1000, ['22000', '19041.1387'], false],
    [22000, 1, ['22000', '19041.1387'], true],
    [26100, 1, ['22621', '22000.1165'], true],
    [22000, 1164, ['22621', '22000.1165'], false],
    [22000, 1165, ['22621', '22000.1165'], true],
    [22631, 3235, ['22621.3235', '22000.2836'], true],
    [22631, 3234, ['22621.3235', '22000.2836'], false],
    [18363, 1, ['19041'], false],
  ] as const;
  for (const [build, revision, listed, has] of cases) {
    test(`${build}.${revision} ${has ? 'has' : 'lacks'} what ${listed.join(' and ')} brought`, () => {
      assert.equal(hasBuild(build, revision, listed), has);
    });
  }
});

describe('the tree', () => {
  test('describes every node once, below a known root, with verbs and a build that exist', () => {
    for (const rule of treeRules()) {
      assert.match(rule.path, /^\.\/(Device\/Vendor\/MSFT|User\/Vendor\/MSFT|DevInfo|DevDetail|SyncML\/DMAcc)(\/|$)/);
      assert.match(rule.verbs, /^A?D?E?G?R?$/);
      for (const build of rule.builds ?? []) assert.match(build, /^\d{5}(\.\d+)?$/);
      if (rule.verbs.includes('E')) assert.equal(rule.exec !== undefined, true, rule.path);
    }
  });

  test('answers any path and any verb with a status of the protocol, never with an error of its own', async () => {
    const device = await offline();
    const paths = fc.oneof(
      fc.constantFrom(...treeRules().map(({ path }) => path.replaceAll(/\{\w+\}/g, 'x'))),
      fc.string(),
      fc
        .array(fc.constantFrom('.', 'Device', 'Vendor', 'MSFT', 'DevInfo', 'Man', '%7B', '%', '..', ''), {
          maxLength: 6,
        })
        .map((parts) => parts.join('/')),
    );
    fc.assert(
      fc.property(paths, fc.constantFrom('', '?list=StructData', '?prop=Name', '?prop=ACL'), (path, query) => {
        try {
          for (const { source } of device(`${path}${query}`)) assert.equal(typeof source, 'string');
        } catch (error) {
          assert.ok(error instanceof NodeRefused);
          assert.equal([400, 404, 405, 406, 500].includes(error.status), true);
        }
      }),
      { numRuns: 500 },
    );
  });
});

/** Reads of a PC that talks to nobody. */
async function offline(): Promise<(locUri: string) => readonly { readonly source: string }[]> {
  const { CspTree } = await import('./tree.ts');
  const device = new WindowsDevice({ seed: 'offline', edition: 'pro', build: 22631 });
  const account = {
    providerId: 'Tiny',
    name: 'Tiny',
    address: 'https://mdm.example.jp/',
    discoveryUrl: 'https://mdm.example.jp/',
    enrollmentType: 'Full' as const,
    searchCriteria: '',
    retries: 0,
    credential: { type: 'DIGEST' as const, name: 'n', secret: 's', nonce: Buffer.alloc(0) },
  };
  const { blueprint, state, random } = device;
  const pc = { blueprint, state: { ...state }, account, random, now: 0, fix: undefined, aftermath: [], alerts: [] };
  const tree = new CspTree(pc);
  return (locUri) => tree.get(locUri);
}
