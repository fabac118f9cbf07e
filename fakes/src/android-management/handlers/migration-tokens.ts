import { invalidField } from '../errors.ts';
import { durationMs } from '../scalars.ts';
import type { Message } from '../validate.ts';
import { entry, HEX, idsOf, page, UPPER } from '../world.ts';
import { enterpriseOf, type Handler, text } from './call.ts';
import { policyNameIn } from './policies.ts';

const LONGEST_MS = 7 * 86_400_000;

export const createMigrationToken: Handler = (call) => {
  const { world, body } = call;
  const enterprise = enterpriseOf(call);
  for (const field of ['deviceId', 'userId', 'policy', 'managementMode'])
    if (text(body, field) === undefined) throw invalidField(field, 'is required');
  policyNameIn(enterprise, text(body, 'policy') ?? '', 'policy');
  if ((text(body, 'additionalData') ?? '').length > 1024)
    throw invalidField('additionalData', 'is longer than 1024 characters');
  const now = world.clock.milliseconds;
  const expires = expiry(body, now);
  if (expires <= now || expires - now > LONGEST_MS) throw invalidField('ttl', 'must be at most seven days');
  const name = `${enterprise.name}/migrationTokens/${world.draw(16, HEX)}`;
  const { ttl: _, ...fields } = body;
  const token = {
    ...fields,
    name,
    value: world.draw(40, UPPER),
    createTime: world.clock.stamp(),
    expireTime: Temporal.Instant.fromEpochMilliseconds(expires).toString(),
  };
  enterprise.migrationTokens.set(idsOf(name)[1], token);
  return token;
};

function expiry(body: Message, now: number): number {
  const ttl = text(body, 'ttl');
  const time = text(body, 'expireTime');
  if (time !== undefined) return Temporal.Instant.from(time).epochMilliseconds;
  return now + (ttl === undefined ? LONGEST_MS : durationMs(ttl));
}

export const getMigrationToken: Handler = (call) =>
  entry(enterpriseOf(call).migrationTokens, idsOf(call.name)[1], call.name);

export const listMigrationTokens: Handler = (call) => {
  const all = [...enterpriseOf(call).migrationTokens.values()];
  const { items, ...next } = page(all, call.query, { usual: 100, most: 100 });
  return { migrationTokens: items, ...next };
};
