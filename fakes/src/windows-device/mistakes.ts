/** The server said what a real device would not take. `where` is the step or message, `what` the rule it broke. */
export class ServerMistake extends Error {
  readonly where: string;
  readonly what: string;

  constructor(where: string, what: string, options?: ErrorOptions) {
    super(`${where}: ${what}`, options);
    this.name = 'ServerMistake';
    this.where = where;
    this.what = what;
  }
}

/** Throws `ServerMistake` unless it holds. */
export function insist(holds: boolean, where: string, what: string): asserts holds {
  if (!holds) throw new ServerMistake(where, what);
}
