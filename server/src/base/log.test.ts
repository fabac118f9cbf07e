import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLog } from './log.ts';

function capture() {
  const lines: string[] = [];
  const log = createLog('debug', { write: (line: string) => void lines.push(line) });
  return { log, last: () => JSON.parse(lines.at(-1) ?? '{}') };
}

test('a line is an event and its fields', () => {
  const { log, last } = capture();
  log.with({ requestId: 'r' }).info('http.answered', { status: 200 });
  const { event, requestId, status, level, time } = last();
  assert.deepEqual(
    { event, requestId, status, level },
    { event: 'http.answered', requestId: 'r', status: 200, level: 'info' },
  );
  assert.ok(Temporal.Instant.from(time));
});

test('what is named like a secret never reaches a line', () => {
  const { log, last } = capture();
  const secrets = {
    password: 'p1',
    pushToken: 'p2',
    nested: { unlockToken: 'p3', Authorization: 'p4', wrapped_key: 'p5', pin: 'p6' },
  };
  log.warn('test.secrets', {
    ...secrets,
    error: Object.assign(new Error('x'), { detail: 'Key (email)=(p7)' }),
  } as object);
  const line = JSON.stringify(last());
  for (const secret of ['p1', 'p2', 'p3', 'p4', 'p5', 'p6', 'p7'])
    assert.ok(!line.includes(`"${secret}"`) && !line.includes('(p7)'), secret);
});

test('an error keeps its code and its causes', () => {
  const { log, last } = capture();
  const cause = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
  log.error('test.failed', { error: new Error('outer', { cause }) });
  assert.equal(last().error.message, 'outer');
  assert.equal(last().error.cause.code, 'ECONNREFUSED');
});
