import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EnrollmentOption } from '@tsukasa/api';
import { type Answers, courseOf } from './course.ts';

const OPTIONS: readonly EnrollmentOption[] = [
  { platform: 'apple', usageMode: 'company-owned', managementModes: ['device'], ready: true, missing: null },
  { platform: 'apple', usageMode: 'personally-owned', managementModes: ['device'], ready: true, missing: null },
  {
    platform: 'android',
    usageMode: 'company-owned',
    managementModes: ['fully-managed', 'dedicated', 'work-profile'],
    ready: true,
    missing: null,
  },
  { platform: 'android', usageMode: 'personally-owned', managementModes: ['work-profile'], ready: true, missing: null },
];

const LEADS: readonly [Answers, string | undefined][] = [
  [{}, undefined],
  [{ platform: 'apple' }, undefined],
  [{ platform: 'apple', usageMode: 'company-owned' }, 'company-owned device'],
  [{ platform: 'apple', usageMode: 'personally-owned' }, 'personally-owned device'],
  [{ platform: 'windows', usageMode: 'company-owned' }, undefined],
  [{ platform: 'android', usageMode: 'personally-owned' }, 'personally-owned work-profile'],
  [{ platform: 'android', usageMode: 'company-owned' }, undefined],
  [{ platform: 'android', usageMode: 'company-owned', personal: true }, 'company-owned work-profile'],
  [{ platform: 'android', usageMode: 'company-owned', personal: false }, undefined],
  [
    { platform: 'android', usageMode: 'company-owned', personal: false, purpose: 'person' },
    'company-owned fully-managed',
  ],
  [{ platform: 'android', usageMode: 'company-owned', personal: false, purpose: 'place' }, 'company-owned dedicated'],
];
for (const [answers, leads] of LEADS) {
  test(`${JSON.stringify(answers)} leads to ${leads ?? 'a question'}`, () => {
    const { choice } = courseOf(OPTIONS, answers);
    assert.equal(choice && `${choice.usageMode} ${choice.managementMode}`, leads);
  });
}

test('only what the platform has is asked', () => {
  const asked = (answers: Answers) => {
    const { asksPersonal, asksPurpose } = courseOf(OPTIONS, answers);
    return { asksPersonal, asksPurpose };
  };
  assert.deepEqual(asked({ platform: 'apple', usageMode: 'company-owned' }), {
    asksPersonal: false,
    asksPurpose: false,
  });
  assert.deepEqual(asked({ platform: 'android', usageMode: 'company-owned', personal: true }), {
    asksPersonal: true,
    asksPurpose: false,
  });
  assert.deepEqual(asked({ platform: 'android', usageMode: 'company-owned', personal: false }), {
    asksPersonal: true,
    asksPurpose: true,
  });
});
