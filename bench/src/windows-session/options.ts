import { parseArgs } from 'node:util';

export type Options = {
  /** Enrolled PCs. */
  readonly devices: number;
  /** Finished commands of each PC in the second half. */
  readonly history: number;
  /** Length of one measurement. */
  readonly seconds: number;
  /** Commands of one session. */
  readonly commands: number;
  readonly connections: readonly number[];
  /** Keeps the data directory. */
  readonly keep: boolean;
};

export const USAGE = `usage: npm run bench -- windows-session [options]
  --devices N        enrolled PCs (10000)
  --history N        finished commands of each PC in the second half (300; 0 leaves the second half out)
  --commands N       commands of one session (5)
  --seconds N        length of one measurement (4)
  --connections A,B  kept-alive connections (16,64)
  --keep             keep the data directory`;

/** Throws an `Error` worth showing. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      devices: { type: 'string', default: '10000' },
      history: { type: 'string', default: '300' },
      commands: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '4' },
      connections: { type: 'string', default: '16,64' },
      keep: { type: 'boolean', default: false },
    },
  });
  return {
    devices: whole(values.devices, 'devices', 100),
    history: whole(values.history, 'history', 0),
    commands: whole(values.commands, 'commands', 1),
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
