import { printed, runServerProgram } from './server-program.ts';

/** Makes the first provider administrator directly in the data directory. */
export async function bootstrap(options: {
  email: string;
  password: string;
  name: string;
}): Promise<{ token: string }> {
  const answer = await runServerProgram('bootstrap.ts', options, 'the first administrator was not created');
  return { token: printed(answer, 'token') };
}
