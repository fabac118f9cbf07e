import { type Action, OPEN_ACTION_STATES } from '@tsukasa/api';
import type { Client } from './api-client.ts';
import { until } from './wait.ts';

export function isOpen({ state }: Pick<Action, 'state'>): boolean {
  const open: readonly string[] = OPEN_ACTION_STATES;
  return open.includes(state);
}

/** Follows an action until it is no longer open. */
export async function follow(
  client: Client,
  contractorId: string,
  actionId: string,
  patienceMs = 30_000,
): Promise<Action> {
  let last: Action | undefined;
  try {
    return await until(`the action ${actionId} ends`, patienceMs, async () => {
      last = await client.call('getAction', { params: { contractorId, actionId } });
      return isOpen(last) ? undefined : last;
    });
  } catch (error) {
    const where = last === undefined ? 'it was never seen' : `it is ${last.state} and waits for ${last.waitingFor}`;
    throw new Error(where, { cause: error });
  }
}

/** Every action of the fleet, all pages. */
export async function allActions(client: Client, contractorId: string): Promise<readonly Action[]> {
  const found: Action[] = [];
  let cursor: string | null = null;
  do {
    const query: { limit: number; cursor?: string } = { limit: 200, ...(cursor === null ? {} : { cursor }) };
    const page: { items: Action[]; nextCursor: string | null } = await client.call('listActions', {
      params: { contractorId },
      query,
    });
    found.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return found;
}
