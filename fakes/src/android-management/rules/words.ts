import type { FieldViolation } from '../errors.ts';
import { isObject, type Message } from '../validate.ts';

/** A violation unless it holds. */
export function rule(holds: boolean, field: string, description: string): readonly FieldViolation[] {
  return holds ? [] : [{ field, description }];
}

/** A list of messages, empty when absent. */
export function listOf(message: Message, name: string): readonly Message[] {
  const value = message[name];
  return Array.isArray(value) ? value.filter(isObject) : [];
}

export function messageOf(message: Message, name: string): Message | undefined {
  const value = message[name];
  return isObject(value) ? value : undefined;
}

/** What occurs more than once. */
export function repeated(values: readonly unknown[]): readonly unknown[] {
  return [...new Set(values.filter((value, index) => values.indexOf(value) !== index))];
}
