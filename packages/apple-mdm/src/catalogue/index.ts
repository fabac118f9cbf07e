import { CHECKIN_FACTS } from './checkins.ts';
import { COMMAND_FACTS } from './commands.ts';
import { MEANINGS } from './meanings.ts';
import type { CheckinFact, CommandFact, KeyFact, StatusItemFact } from './model.ts';
import { RESPONSE_FACTS } from './responses.ts';
import { STATUS_ITEM_FACTS } from './status-items.ts';

/** A command of the catalogue: its facts, the keys of its answer and our one-line meaning in English. */
export type CatalogueCommand = CommandFact & {
  readonly response: readonly KeyFact[];
  readonly meaning: string;
};

const RESPONSES = new Map(RESPONSE_FACTS.map(({ requestType, keys }) => [requestType, keys]));

/** Every MDM command of the schema, in order of request type. */
export const COMMANDS: readonly CatalogueCommand[] = COMMAND_FACTS.map((fact) => ({
  ...fact,
  response: RESPONSES.get(fact.requestType) ?? [],
  meaning: MEANINGS[fact.requestType] ?? '',
}));

const BY_REQUEST_TYPE = new Map(COMMANDS.map((command) => [command.requestType, command]));

/** The catalogue's entry for a request type, if it has one. */
export function findCommand(requestType: string): CatalogueCommand | undefined {
  return BY_REQUEST_TYPE.get(requestType);
}

/** Every check-in message of the schema. */
export const CHECKINS: readonly CheckinFact[] = CHECKIN_FACTS;

/** Every status item of declarative management of the schema. */
export const STATUS_ITEMS: readonly StatusItemFact[] = STATUS_ITEM_FACTS;

/** The words `DeviceInformation` takes in `Queries`, with their conditions. */
export const DEVICE_QUERIES: readonly KeyFact[] = choicesOf('DeviceInformation', 'Queries');

/** The items the `Settings` command takes; `name` is the value of `Item`. */
export const SETTINGS_ITEMS: readonly KeyFact[] = choicesOf('Settings', 'Settings');

function choicesOf(requestType: string, key: string): readonly KeyFact[] {
  const fact = findCommand(requestType)?.keys?.find((candidate) => candidate.name === key);
  return fact?.choices ?? fact?.item?.choices ?? [];
}
