import { type FieldViolation, failedPrecondition, invalid } from '../errors.ts';
import { isObject, type Message } from '../validate.ts';
import type { World } from '../world.ts';

const MAX_DISPLAY_NAME = 100;
const MAX_MESSAGE = 4096;

/** What an enterprise must keep beside its schema. Throws 400. */
export function checkEnterprise(enterprise: Message, world: World): void {
  const violations: FieldViolation[] = [];
  const displayName = enterprise['enterpriseDisplayName'];
  if (typeof displayName === 'string' && displayName.length > MAX_DISPLAY_NAME)
    violations.push({ field: 'enterpriseDisplayName', description: 'is longer than 100 characters' });
  const terms = enterprise['termsAndConditions'];
  for (const [index, term] of (Array.isArray(terms) ? terms : []).entries())
    for (const part of ['header', 'content'])
      violations.push(
        ...checkUserFacing(isObject(term) ? term[part] : undefined, `termsAndConditions[${index}].${part}`),
      );
  const topic = enterprise['pubsubTopic'];
  if (typeof topic === 'string' && topic !== '' && !/^projects\/[^/]+\/topics\/[^/]+$/.test(topic))
    violations.push({ field: 'pubsubTopic', description: 'must be projects/{project}/topics/{topic}' });
  if (violations.length > 0) throw invalid(violations);
  if (typeof topic === 'string' && topic !== '' && !world.pubsub.canPublish(topic))
    throw failedPrecondition(`The service may not publish to ${topic}.`);
}

/** A text in several languages: 4096 characters at most, and a default once there is any other. */
export function checkUserFacing(message: unknown, field: string, most = MAX_MESSAGE): readonly FieldViolation[] {
  if (!isObject(message)) return [];
  const localized = isObject(message['localizedMessages']) ? message['localizedMessages'] : {};
  const fallback = message['defaultMessage'];
  const texts = [fallback, ...Object.values(localized)].filter((text) => typeof text === 'string');
  const long = texts.some((text) => text.length > most);
  const missing = Object.keys(localized).length > 0 && (fallback === undefined || fallback === '');
  return [
    ...(long ? [{ field, description: `is longer than ${most} characters` }] : []),
    ...(missing ? [{ field: `${field}.defaultMessage`, description: 'is required beside localized messages' }] : []),
  ];
}
