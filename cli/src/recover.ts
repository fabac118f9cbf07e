import { printed, runServerProgram } from './server-program.ts';

export type Recovery = { readonly url: string; readonly email: string; readonly expiresAt: string };

/** A one-time link by which a provider administrator starts over, made directly in the data directory. */
export async function recover(email: string): Promise<Recovery> {
  const answer = await runServerProgram('recover.ts', { email }, 'no recovery link was made');
  return { url: printed(answer, 'url'), email: printed(answer, 'email'), expiresAt: printed(answer, 'expiresAt') };
}
