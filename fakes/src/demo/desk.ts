import { setTimeout as sleep } from 'node:timers/promises';
import { ApiRefused } from './api.ts';
import type { Company } from './company.ts';
import type { Login } from './people.ts';

/** Told when an action could not be asked for: the demonstration goes on without it. */
export type OnProblem = (what: string) => void;

export type ActionWish = {
  readonly type: string;
  readonly params?: object;
  readonly reason?: string;
};

const PATIENCE_MS = 60_000;

/** The people of a company at their consoles: they ask for actions on devices by name, as their audit trail should show. */
export class Desk {
  readonly company: Company;
  readonly signal: AbortSignal;
  readonly administrator: Login;
  readonly helpdesk: Login;
  /** Another administrator: nobody approves what they asked for themselves. */
  readonly second: Login;
  readonly #ids: ReadonlyMap<string, string>;
  readonly #onProblem: OnProblem;

  private constructor(
    company: Company,
    signal: AbortSignal,
    onProblem: OnProblem,
    ids: ReadonlyMap<string, string>,
    [administrator, helpdesk, second]: readonly [Login, Login, Login],
  ) {
    this.company = company;
    this.signal = signal;
    this.administrator = administrator;
    this.helpdesk = helpdesk;
    this.second = second;
    this.#ids = ids;
    this.#onProblem = onProblem;
  }

  /** Reads which devices there are. `undefined` for a company without its people. */
  static async open(company: Company, signal: AbortSignal, onProblem: OnProblem): Promise<Desk | undefined> {
    const [administrator, helpdesk, , second] = company.logins;
    if (administrator === undefined || helpdesk === undefined || second === undefined) return undefined;
    const ids = await everyName(administrator, company, signal);
    return new Desk(company, signal, onProblem, ids, [administrator, helpdesk, second]);
  }

  get base(): string {
    return `/api/v1/contractors/${this.company.contractorId}`;
  }

  idOf(name: string): string | undefined {
    return this.#ids.get(name);
  }

  /** Asks for an action. Gives its id, `undefined` when it was refused. */
  async ask(by: Login, name: string, wish: ActionWish): Promise<string | undefined> {
    const deviceId = this.idOf(name);
    if (deviceId === undefined) return this.#problem(`${name}: is not there`);
    return this.attempt(name, async () =>
      (await by.browser.post(`${this.base}/devices/${deviceId}/actions`, wish)).text('actionId'),
    );
  }

  /** The second administrator agrees. */
  async approve(name: string, actionId: string | undefined): Promise<void> {
    if (actionId === undefined) return;
    await this.attempt(name, () =>
      this.second.browser.post(`${this.base}/actions/${actionId}/approval`, { decision: 'approve' }),
    );
  }

  async cancel(by: Login, name: string, actionId: string | undefined, reason: string): Promise<void> {
    if (actionId === undefined) return;
    await this.attempt(name, () => by.browser.post(`${this.base}/actions/${actionId}/cancellation`, { reason }));
  }

  /** Waits until the action is over, for a minute at the most. */
  async finished(actionId: string | undefined): Promise<void> {
    const until = performance.now() + PATIENCE_MS;
    while (actionId !== undefined && performance.now() < until && !this.signal.aborted) {
      const action = await this.administrator.browser.get(`${this.base}/actions/${actionId}`);
      if (action.optionalText('finishedAt') !== undefined) return;
      await sleep(1000, undefined, { signal: this.signal });
    }
  }

  /** Runs it unless the demonstration is ending; a refusal is told, and the demonstration goes on. */
  async attempt<T>(name: string, run: () => Promise<T>): Promise<T | undefined> {
    if (this.signal.aborted) return undefined;
    try {
      return await run();
    } catch (error) {
      if (!(error instanceof ApiRefused)) throw error;
      return this.#problem(`${name}: ${error.message}`);
    }
  }

  #problem(what: string): undefined {
    this.#onProblem(what);
  }
}

/** The last to come in have yet to say who they are. Gives up after a while on those that never do. */
async function everyName(by: Login, company: Company, signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
  const { recruits, pcs, androids } = company;
  const all = recruits.length + pcs.length + androids.length;
  let found = await devicesByName(by, company);
  for (let tries = 0; tries < 20 && found.size < all && !signal.aborted; tries++) {
    await sleep(1000, undefined, { signal });
    found = await devicesByName(by, company);
  }
  return found;
}

/** Apple devices and PCs are known by their serial number, Android devices by their label: a person's own has no number. */
async function devicesByName(by: Login, company: Company): Promise<ReadonlyMap<string, string>> {
  const list = await by.browser.get(`/api/v1/contractors/${company.contractorId}/devices?limit=200`);
  const known = new Map(
    list.list('items').flatMap((item) => {
      const name = item.text('platform') === 'android' ? item.text('label') : item.optionalText('serialNumber');
      return name === undefined ? [] : [[name, item.text('deviceId')] as const];
    }),
  );
  const { recruits, pcs, androids } = company;
  const named: readonly (readonly [name: string, known: string])[] = [
    ...recruits.map(({ story, device }) => [story.name, device.blueprint.serialNumber] as const),
    ...pcs.map(({ story, pc }) => [story.name, pc.blueprint.serialNumber] as const),
    ...androids.map(({ story }) => [story.label, story.label] as const),
  ];
  return new Map(
    named.flatMap(([name, key]) => {
      const deviceId = known.get(key);
      return deviceId === undefined ? [] : [[name, deviceId] as const];
    }),
  );
}
