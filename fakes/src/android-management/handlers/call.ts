import type { Discovery } from '../discovery.ts';
import type { Query } from '../query.ts';
import type { Message } from '../validate.ts';
import { type Enterprise, idsOf, type Project, type World } from '../world.ts';

/** A request that the discovery document finds in order, and who sent it. */
export type Call = {
  readonly world: World;
  readonly discovery: Discovery;
  readonly project: Project;
  /** The resource name of the path; empty where there is none. */
  readonly name: string;
  readonly query: Query;
  readonly body: Message;
  /** The stand-in's own origin, for pages it links to. */
  readonly origin: string;
};

/** Gives the answer's message, not yet freed from defaults. */
export type Handler = (call: Call) => Message;

/** The enterprise of the path. Throws 403. */
export function enterpriseOf({ world, name, project }: Call): Enterprise {
  return world.enterprise(idsOf(name)[0], project);
}

/** A text of the query, undefined when it is absent or empty. */
export function queryText({ query }: Call, name: string): string | undefined {
  const value = query[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A text of a message. */
export function text(message: Message, name: string): string | undefined {
  const value = message[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A list of messages. */
export function list(message: Message, name: string): readonly Message[] {
  const value = message[name];
  return Array.isArray(value) ? (value as readonly Message[]) : [];
}
