import type { Command, ResultItem, SimpleCommand } from './model.ts';
import { BUSINESS_EDITIONS, isAvailable, type WindowsTarget } from './node-rules.ts';
import { findNode } from './nodes.ts';
import { numberAt, textAt, type Values, valuesOf } from './values.ts';

const FIND = './Vendor/MSFT/RemoteFind';
const NAME = './DevDetail/Ext/Microsoft/DNSComputerName';

/** Kinds of wipe: nodes of the RemoteWipe CSP. */
export const WIPE_METHODS = [
  'doWipe',
  'doWipeProtected',
  'doWipePersistProvisionedData',
  'doWipePersistUserData',
  'doWipeCloud',
  'doWipeCloudPersistUserData',
  'doWipeCloudPersistProvisionedData',
] as const;
export type WipeMethod = (typeof WIPE_METHODS)[number];

/** What a kind of wipe leaves on the device, and how it goes about it. */
export type WipeFacts = {
  readonly keeps: 'nothing' | 'provisioning' | 'user_files';
  /** Windows is downloaded anew instead of being rebuilt from the disk. */
  readonly fromCloud: boolean;
  /** Goes on after the power was cut; when it fails the machine may not start any more. */
  readonly relentless: boolean;
};

export const WIPES: Readonly<Record<WipeMethod, WipeFacts>> = {
  doWipe: { keeps: 'nothing', fromCloud: false, relentless: false },
  doWipeProtected: { keeps: 'nothing', fromCloud: false, relentless: true },
  doWipePersistProvisionedData: { keeps: 'provisioning', fromCloud: false, relentless: false },
  doWipePersistUserData: { keeps: 'user_files', fromCloud: false, relentless: false },
  doWipeCloud: { keeps: 'nothing', fromCloud: true, relentless: false },
  doWipeCloudPersistUserData: { keeps: 'user_files', fromCloud: true, relentless: false },
  doWipeCloudPersistProvisionedData: { keeps: 'provisioning', fromCloud: true, relentless: false },
};

export function wipe(method: WipeMethod): SimpleCommand {
  return { verb: 'Exec', items: [{ target: wipeNode(method), format: 'chr', type: 'text/plain', data: '' }] };
}

export function wipeNode(method: WipeMethod): string {
  return `./Device/Vendor/MSFT/RemoteWipe/${method}`;
}

export function restart(): SimpleCommand {
  return { verb: 'Exec', items: [{ target: './Device/Vendor/MSFT/Reboot/RebootNow', format: 'null' }] };
}

export function lock(): SimpleCommand {
  return { verb: 'Exec', items: [{ target: './Device/Vendor/MSFT/RemoteLock/Lock', format: 'null' }] };
}

/** The device answers nothing to it: its session ends, and it may say in another that it leaves (fact sheet 7.4). */
export function unenroll(providerId: string): SimpleCommand {
  const target = `./Device/Vendor/MSFT/DMClient/Provider/${encodeURIComponent(providerId)}/Unenroll`;
  return { verb: 'Exec', items: [{ target, format: 'chr', data: providerId }] };
}

/** Has an effect after the next start only. */
export function rename(name: string): SimpleCommand {
  return { verb: 'Replace', items: [{ target: NAME, format: 'chr', data: name }] };
}

/** What a name for `rename` must be: a NetBIOS name, and more than digits, as Windows' own dialog wants it. */
export const COMPUTER_NAME = /^(?![0-9]+$)(?!-)[A-Za-z0-9-]{1,15}(?<!-)$/;

/** Looks for itself with up to a minute and a half of patience; `requestId` tells this request from others. */
export function rotateRecoveryPasswords(requestId: string): SimpleCommand {
  const target = './Device/Vendor/MSFT/BitLocker/RotateRecoveryPasswords';
  return { verb: 'Exec', items: [{ target, format: 'chr', data: requestId }] };
}

/** How well a place must be known and how long the device may look for it (RemoteFind: metres, seconds, minutes). */
export const FIND_SETTINGS = { DesiredAccuracy: 50, Timeout: 60, MaximumAge: 0 } as const;

/** First how to look, then the places themselves, as one group (fact sheet 5.2). */
export function findDevice(): readonly SimpleCommand[] {
  const settings = Object.entries(FIND_SETTINGS).map(([node, value]) => ({
    target: `${FIND}/${node}`,
    format: 'int' as const,
    data: String(value),
  }));
  const asked = ['Latitude', 'Longitude', 'Accuracy', 'Altitude', 'Age'];
  const items = asked.map((node) => ({ target: `${FIND}/Location/${node}` }));
  return [
    { verb: 'Replace', items: settings },
    { verb: 'Get', items },
  ];
}

export type FoundPlace = {
  readonly latitude: number;
  readonly longitude: number;
  readonly accuracyMeters: number | undefined;
  /** How old the place was when the device said it. */
  readonly ageMinutes: number | undefined;
};

/** The answer to the Get of `findDevice`; undefined when the device found no place. */
export function readPlace(results: readonly ResultItem[]): FoundPlace | undefined {
  const values = valuesOf(results);
  const latitude = decimalAt(values, `${FIND}/Location/Latitude`);
  const longitude = decimalAt(values, `${FIND}/Location/Longitude`);
  if (latitude === undefined || longitude === undefined) return undefined;
  if (Math.abs(latitude) > 90 || Math.abs(longitude) > 180 || (latitude === 0 && longitude === 0)) return undefined;
  const accuracy = decimalAt(values, `${FIND}/Location/Accuracy`);
  const age = numberAt(values, `${FIND}/Location/Age`);
  return {
    latitude,
    longitude,
    accuracyMeters: accuracy !== undefined && accuracy >= 0 ? accuracy : undefined,
    ageMinutes: age !== undefined && age >= 0 ? age : undefined,
  };
}

function decimalAt(values: Values, uri: string): number | undefined {
  const text = textAt(values, uri);
  return typeof text === 'string' && /^-?[0-9]{1,7}(?:\.[0-9]{1,17})?$/.test(text) ? Number(text) : undefined;
}

/** Whether the device has the node that a command runs or sets first. */
export function canRun(command: Command, target: WindowsTarget): boolean {
  const [first] = command.verb === 'Atomic' ? command.commands : [command];
  const node = findNode(first?.items[0]?.target ?? '');
  return node !== undefined && isAvailable(node, target);
}

/** Whether BitLocker can be managed at all in this edition. */
export function hasBitLocker({ edition }: WindowsTarget): boolean {
  return edition === undefined || BUSINESS_EDITIONS.includes(edition);
}
