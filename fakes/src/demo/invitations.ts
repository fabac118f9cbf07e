import type { Caller } from './api.ts';

/** What is asked of the server for one device. */
export type Invited = {
  readonly platform: 'apple' | 'windows' | 'android';
  readonly usageMode: 'company-owned' | 'personally-owned';
  readonly managementMode?: 'fully-managed' | 'dedicated' | 'work-profile';
  readonly personId?: string | undefined;
  readonly label: string;
};

/** An invitation with the ways in which it is used: by their kind, what is shown or handed to the person. */
export type Ways = { readonly url: string; readonly by: ReadonlyMap<string, string> };

/** Invites a device. `base` is the contractor's path. */
export async function invite(by: Caller, base: string, { personId, ...rest }: Invited): Promise<Ways> {
  const invitations = `${base}/enrollment-invitations`;
  const made = await by.post(invitations, { ...rest, ...(personId === undefined ? {} : { personId }) });
  const ways = await by.get(`${invitations}/${made.text('invitationId')}/methods`);
  const kinds = new Map(ways.list('items').map((way) => [way.text('kind'), way.text('value')]));
  return { url: made.text('url'), by: kinds };
}

/** What is shown by one way. Throws when the invitation does not have it. */
export function shown({ by }: Ways, kind: string): string {
  const value = by.get(kind);
  if (value === undefined) throw new Error(`the invitation cannot be used by ${kind}`);
  return value;
}
