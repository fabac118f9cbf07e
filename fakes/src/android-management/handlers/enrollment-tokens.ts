import { invalidField } from '../errors.ts';
import { durationMs } from '../scalars.ts';
import type { Message } from '../validate.ts';
import { entry, idsOf, page, type TokenRecord, UPPER } from '../world.ts';
import { type Call, enterpriseOf, type Handler, text } from './call.ts';
import { policyNameIn } from './policies.ts';
import { qrCodeOf } from './qr-code.ts';

const MINUTE_MS = 60_000;
/** About ten thousand years, as documented; a later time is no RFC 3339 one. */
const LONGEST_MS = 7_900 * 365 * 86_400_000;
const MAX_ADDITIONAL_DATA = 1024;

export const createEnrollmentToken: Handler = (call) => {
  const { world, body } = call;
  const enterprise = enterpriseOf(call);
  check(body);
  const policyName = text(body, 'policyName');
  if (policyName !== undefined) policyNameIn(enterprise, policyName, 'policyName');
  const value = world.draw(20, UPPER);
  const asked = text(body, 'duration');
  const lifetime = Math.min(LONGEST_MS, asked === undefined ? 60 * MINUTE_MS : durationMs(asked));
  const token: TokenRecord = {
    name: `${enterprise.name}/enrollmentTokens/${world.draw(22, UPPER + UPPER.toLowerCase())}`,
    value,
    qrCode: qrCodeOf(value),
    request: body,
    expiresAt: world.clock.milliseconds + lifetime,
    uses: 0,
  };
  enterprise.tokens.set(idsOf(token.name)[1], token);
  const { user: _, ...request } = body;
  return { ...request, ...shown(token), duration: asked ?? '3600s' };
};

function check(body: Message): void {
  const data = text(body, 'additionalData') ?? '';
  if (data.length > MAX_ADDITIONAL_DATA) throw invalidField('additionalData', 'is longer than 1024 characters');
  const duration = text(body, 'duration');
  if (duration !== undefined && durationMs(duration) < MINUTE_MS)
    throw invalidField('duration', 'must be at least one minute');
  const google = body['googleAuthenticationOptions'];
  const options = (google ?? {}) as Message;
  if (text(options, 'requiredAccountEmail') !== undefined && options['authenticationRequirement'] !== 'REQUIRED')
    throw invalidField('googleAuthenticationOptions.requiredAccountEmail', 'needs the requirement REQUIRED');
}

/** Only live tokens, and of them only what identifies them. */
function live(call: Call): readonly TokenRecord[] {
  const now = call.world.clock.milliseconds;
  return [...enterpriseOf(call).tokens.values()].filter((token) => isLive(token, now));
}

/** Whether a device may still use it. */
export function isLive(token: TokenRecord, now: number): boolean {
  return token.expiresAt > now && !(token.request['oneTimeOnly'] === true && token.uses > 0);
}

function shown(token: TokenRecord): Message {
  return {
    name: token.name,
    value: token.value,
    qrCode: token.qrCode,
    expirationTimestamp: Temporal.Instant.fromEpochMilliseconds(token.expiresAt).toString(),
    allowPersonalUsage: token.request['allowPersonalUsage'] ?? 'ALLOW_PERSONAL_USAGE_UNSPECIFIED',
  };
}

export const getEnrollmentToken: Handler = (call) => {
  const tokens = new Map(live(call).map((token) => [token.name, token]));
  return shown(entry(tokens, call.name, call.name));
};

export const listEnrollmentTokens: Handler = (call) => {
  const { items, ...next } = page(live(call), call.query, { usual: 10, most: 100 });
  return { enrollmentTokens: items.map(shown), ...next };
};

export const deleteEnrollmentToken: Handler = (call) => {
  const { tokens } = enterpriseOf(call);
  const id = idsOf(call.name)[1];
  entry(tokens, id, call.name);
  tokens.delete(id);
  return {};
};
