/** Exit codes that scripts can rely on. */
export const EXIT = {
  ok: 0,
  /** Something that should not have happened. */
  bug: 1,
  /** The command line itself was wrong. */
  usage: 2,
  /** No token, a wrong or expired one, or one without the permission. */
  forbidden: 3,
  notFound: 4,
  /** The server refused: invalid input, a conflict, or something that cannot work on this device. */
  refused: 5,
  /** The server could not be reached, or is overloaded or starting. */
  unavailable: 6,
  /** `--wait`: the action ended, but not as done. */
  notDone: 7,
  /** `--wait`: the time ran out; the action goes on. */
  stillWaiting: 8,
  /** `audit verify`: the chain is broken. */
  broken: 9,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Ends the command with a message for people on standard error (or as JSON with `--json`). */
export class CliError extends Error {
  readonly exitCode: ExitCode;
  readonly problem: unknown;
  constructor(exitCode: ExitCode, message: string, problem?: unknown) {
    super(message);
    this.exitCode = exitCode;
    this.problem = problem;
  }
}

export function usage(message: string): CliError {
  return new CliError(EXIT.usage, message);
}
