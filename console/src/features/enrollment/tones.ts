/** How the state of an invitation looks. */
export const INVITATION_TONE = { open: 'good', used_up: 'quiet', expired: 'quiet', revoked: 'bad' } as const;
