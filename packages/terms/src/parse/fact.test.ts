import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseFactBody } from '../index.ts';

describe('the form of what comes in', () => {
  for (const [name, body, code] of [
    [
      'a designated day in another form',
      { type: 'notice_arrived', subject: 'service', designatedOn: '2025/06/30' },
      'day.form',
    ],
    [
      'a designated day with a time',
      { type: 'notice_arrived', subject: 'service', designatedOn: '2025-06-30T00:00' },
      'day.form',
    ],
    [
      'a designated day in full-width digits',
      { type: 'notice_arrived', subject: 'service', designatedOn: '２０２５-06-30' },
      'day.form',
    ],
    ['31 June', { type: 'notice_arrived', subject: 'service', designatedOn: '2025-06-31' }, 'day.does_not_exist'],
    [
      'a day in the year 9999',
      { type: 'notice_arrived', subject: 'service', designatedOn: '9999-01-01' },
      'day.out_of_range',
    ],
    [
      'a thirteenth month',
      { type: 'count_asked', subject: 'operation-proxy', deviceCount: 5, from: '2025-13' },
      'month.does_not_exist',
    ],
    ['a count as text', { type: 'count_asked', subject: 'operation-proxy', deviceCount: '55' }, 'form.not_a_number'],
    ['a count of zero', { type: 'count_asked', subject: 'operation-proxy', deviceCount: 0 }, 'form.not_a_number'],
    [
      'a misspelt field',
      { type: 'notice_arrived', subject: 'service', designatedON: '2025-06-30' },
      'form.unknown_field',
    ],
    ['an unknown type', { type: 'forgotten' }, 'form.not_one_of'],
    ['a number', 5, 'form.not_an_object'],
  ] as const) {
    test(`${name} is ${code}`, () => assert.throws(() => parseFactBody(body), { name: 'TermsError', code }));
  }
});
