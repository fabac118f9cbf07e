import { isObject, type Message } from './validate.ts';

/** A request to the control that cannot be done; the words go to whoever asked. */
export class RequestProblem extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export function text(value: unknown, name: string): string {
  if (typeof value !== 'string' || value === '') throw new RequestProblem(400, `${name} must be a text`);
  return value;
}

export function number(value: unknown, name: string): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new RequestProblem(400, `${name} must be a number`);
  return value;
}

export function flag(value: unknown, name: string): boolean {
  if (typeof value !== 'boolean') throw new RequestProblem(400, `${name} must be true or false`);
  return value;
}

/** One of the words. */
export function word<T extends string>(words: readonly T[]): (value: unknown, name: string) => T {
  return (value, name) => {
    const found = words.find((one) => one === value);
    if (found === undefined) throw new RequestProblem(400, `${name} must be one of ${words.join(', ')}`);
    return found;
  };
}

export function objectOf(value: unknown): Message {
  if (!isObject(value)) throw new RequestProblem(400, 'an object is needed');
  return value;
}

/** A field that may be absent, and is read otherwise. */
export function optional<T>(body: Message, name: string, read: (value: unknown, name: string) => T): T | undefined {
  const value = body[name];
  return value === undefined ? undefined : read(value, name);
}
