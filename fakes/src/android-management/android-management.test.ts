import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { makeStage } from './testing.ts';
import type { Message } from './validate.ts';

let stage: Awaited<ReturnType<typeof makeStage>>;

before(async () => {
  stage = await makeStage({ seed: 'flow' });
});
after(() => stage.close());

async function token(body: Message): Promise<Message> {
  return stage.caller.get('POST', `/v1/${stage.enterprise}/enrollmentTokens`, body);
}

describe('from a token to a device', () => {
  for (const [usage, how, managementMode, ownership] of [
    ['PERSONAL_USAGE_DISALLOWED', 'qrCode', 'DEVICE_OWNER', 'COMPANY_OWNED'],
    ['PERSONAL_USAGE_DISALLOWED_USERLESS', 'qrCode', 'DEVICE_OWNER', 'COMPANY_OWNED'],
    ['PERSONAL_USAGE_ALLOWED', 'qrCode', 'PROFILE_OWNER', 'COMPANY_OWNED'],
    ['PERSONAL_USAGE_ALLOWED', 'link', 'PROFILE_OWNER', 'PERSONALLY_OWNED'],
  ] as const) {
    test(`${usage} by ${how} is ${managementMode} of a ${ownership} device`, async () => {
      const made = await token({ allowPersonalUsage: usage, additionalData: '{"a":1}' });
      const shown =
        how === 'qrCode'
          ? { qrCode: String(made['qrCode']) }
          : { link: `https://enterprise.google.com/android/enroll?et=${made['value']}` };
      const device = await stage.control.enroll({ seed: `${usage} ${how}`, ...shown });
      await stage.control.settle();
      const seen = await stage.caller.get('GET', `/v1/${device.name}`);
      assert.deepEqual(
        [seen['managementMode'], seen['ownership'], seen['appliedState'], seen['policyCompliant']],
        [managementMode, ownership, 'ACTIVE', true],
      );
      assert.equal(seen['enrollmentTokenName'], made['name']);
      assert.equal(seen['enrollmentTokenData'], '{"a":1}');
      assert.equal(seen['appliedPolicyName'], `${stage.enterprise}/policies/default`);
      assert.equal('userName' in seen, usage !== 'PERSONAL_USAGE_DISALLOWED_USERLESS');
      const told = stage.inbox.of('ENROLLMENT').find(({ name }) => name === device.name);
      assert.equal(told?.['appliedState'], 'PROVISIONING');
      const reported = stage.inbox.of('STATUS_REPORT').find(({ name }) => name === device.name);
      assert.equal(reported?.['appliedState'], 'ACTIVE');
    });
  }

  test('a command is carried out and told of', async () => {
    const made = await token({ allowPersonalUsage: 'PERSONAL_USAGE_DISALLOWED' });
    const device = await stage.control.enroll({ qrCode: String(made['qrCode']) });
    const operation = await stage.caller.get('POST', `/v1/${device.name}:issueCommand`, {
      type: 'LOCK',
      duration: '3600s',
    });
    assert.equal(operation['done'], undefined);
    await stage.control.settle();
    const told = stage.inbox.of('COMMAND').find(({ name }) => name === operation['name']);
    assert.equal(told?.['done'], true);
    assert.equal((await stage.control.device(device.name)).locked, true);
  });

  test('nothing of all this was malformed', async () => {
    assert.deepEqual(await stage.control.violations(), []);
  });
});
