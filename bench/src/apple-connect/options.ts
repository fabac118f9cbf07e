import { parseArgs } from 'node:util';

export type Options = {
  /** Enrolled devices. */
  readonly devices: number;
  /** Finished commands of each device in the second half. */
  readonly history: number;
  /** Length of one measurement. */
  readonly seconds: number;
  readonly connections: readonly number[];
  /** Keeps the data directory. */
  readonly keep: boolean;
};

export const USAGE = `usage: npm run bench -- apple-connect [options]
  --devices N        enrolled devices (30000)
  --history N        finished commands of each device in the second half (1000; 0 leaves the second half out)
  --seconds N        length of one measurement (4)
  --connections A,B  kept-alive connections (16,64)
  --keep             keep the data directory`;

/** Throws an `Error` worth showing. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      devices: { type: 'string', default: '30000' },
      history: { type: 'string', default: '1000' },
      seconds: { type: 'string', default: '4' },
      connections: { type: 'string', default: '16,64' },
      keep: { type: 'boolean', default: false },
    },
  });
  return {
    devices: whole(values.devices, 'devices', 100),
    history: whole(values.history, 'history', 0),
    seconds: whole(values.seconds, 'seconds', 1),
    connections: values.connections.split(',').map((text) => whole(text, 'connections', 1)),
    keep: values.keep,
  };
}

function whole(text: string, name: string, least: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= least)) throw new Error(`--${name} must be a whole number of at least ${least}`);
  return value;
}
