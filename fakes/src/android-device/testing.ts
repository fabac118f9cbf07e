import assert from 'node:assert/strict';
import { after } from 'node:test';
import type { EnrollChoice } from '../android-management/index.ts';
import { makeStage, REPORTING } from '../android-management/testing.ts';
import type { Message } from '../android-management/validate.ts';
import type { AndroidMode } from './port.ts';

const NOW = Temporal.Instant.from('2026-11-26T00:00:00Z').epochMilliseconds;

const HOW: Readonly<Record<AndroidMode, readonly [usage: string, path: 'company' | 'personal']>> = {
  fully_managed: ['PERSONAL_USAGE_DISALLOWED', 'company'],
  dedicated: ['PERSONAL_USAGE_DISALLOWED_USERLESS', 'company'],
  work_profile_company: ['PERSONAL_USAGE_ALLOWED', 'company'],
  work_profile_personal: ['PERSONAL_USAGE_ALLOWED', 'personal'],
};

/** A stand-in for the tests of one file, whose clock only moves when it is moved; ends with them. */
export async function makeGround() {
  const stage = await makeStage({ now: () => NOW, seed: 'devices' });
  await stage.control.limitProject('tsukasa-test', { requestsPerMinute: 100_000 });
  after(async () => {
    const violations = await stage.control.violations();
    await stage.close();
    assert.deepEqual(violations, [], 'no request was malformed');
  });
  let count = 0;

  /** A device with a policy of its own, in a mode. */
  async function enroll(mode: AndroidMode, choice: EnrollChoice = {}, policy: Message = REPORTING) {
    const policyName = `p${++count}`;
    await setPolicy(policyName, policy);
    const [allowPersonalUsage, path] = HOW[mode];
    const token = await stage.caller.get('POST', `/v1/${stage.enterprise}/enrollmentTokens`, {
      allowPersonalUsage,
      policyName,
    });
    const device = await stage.control.enroll({
      seed: `device ${count}`,
      token: String(token['value']),
      path,
      ...choice,
    });
    await stage.control.settle();
    return { name: device.name, policyName };
  }

  const setPolicy = (name: string, policy: Message) =>
    stage.caller.get('PATCH', `/v1/${stage.enterprise}/policies/${name}`, policy);
  const read = (name: string) => stage.caller.get('GET', `/v1/${name}`);
  const details = async (name: string) => ((await read(name))['nonComplianceDetails'] ?? []) as Message[];
  const reports = (name: string) => stage.inbox.of('STATUS_REPORT').filter((one) => one['name'] === name);

  /** Issues a command and gives the operation when the device has answered. */
  async function run(name: string, command: Message): Promise<Message> {
    const issued = await stage.caller.get('POST', `/v1/${name}:issueCommand`, command);
    await stage.control.settle();
    const told = stage.inbox.of('COMMAND').find((one) => one['name'] === issued['name']);
    assert.ok(told, 'the command was told of');
    return told;
  }
  const outcome = async (name: string, command: Message) => (await run(name, command))['metadata'] as Message;

  return { ...stage, enroll, setPolicy, read, details, reports, run, outcome };
}
