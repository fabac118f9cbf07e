import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { REPORTING } from '../android-management/testing.ts';
import { makeGround } from './testing.ts';

const stage = await makeGround();
const { enroll, read, reports } = stage;

describe('enforcement', () => {
  const weak = { passwordPolicies: [{ passwordScope: 'SCOPE_DEVICE', passwordQuality: 'COMPLEXITY_HIGH' }] };

  test('without any rule a device that keeps no password is wiped after ten days, also while it is away', async () => {
    const here = await enroll('fully_managed', { habits: { lock: 'none' } }, { ...REPORTING, ...weak });
    const away = await enroll('fully_managed', { habits: { lock: 'none' } }, { ...REPORTING, ...weak });
    await stage.control.change(away.name, { online: false });
    await stage.control.advance('PT239H');
    assert.equal((await stage.control.device(here.name)).state, 'ACTIVE');
    await stage.control.advance('PT2H');
    assert.deepEqual(
      [(await stage.control.device(here.name)).state, (await stage.control.device(away.name)).state],
      ['GONE', 'GONE'],
    );
    assert.equal(reports(here.name).at(-1)?.['appliedState'], 'DELETED');
    assert.equal((await stage.caller.call('GET', `/v1/${here.name}`)).status, 404);
    assert.equal((await read(away.name))['appliedState'], 'ACTIVE');
  });

  test('a rule of the policy goes before', async () => {
    const policyEnforcementRules = [
      { settingName: 'passwordPolicies', blockAction: { blockAfterDays: 2 }, wipeAction: { wipeAfterDays: 30 } },
    ];
    const { name } = await enroll(
      'fully_managed',
      { habits: { lock: 'none' } },
      { ...REPORTING, ...weak, policyEnforcementRules },
    );
    await stage.control.advance('P1D');
    assert.equal((await stage.control.device(name)).blocked, false);
    await stage.control.advance('P1DT1H');
    assert.equal((await stage.control.device(name)).blocked, true);
    await stage.control.advance('P20D');
    assert.equal((await stage.control.device(name)).state, 'ACTIVE');
    await stage.control.change(name, { lock: 'high' });
    await stage.control.advance('P30D');
    assert.equal((await stage.control.device(name)).state, 'ACTIVE');
  });
});
