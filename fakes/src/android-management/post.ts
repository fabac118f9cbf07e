/** The shortest deadline to acknowledge a push. */
const DEADLINE_MS = 10_000;

/** Posts JSON without following redirects; gives the status. Throws when nobody answers in time. */
export async function post(url: string, body: object, headers: Readonly<Record<string, string>>): Promise<number> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
    redirect: 'manual',
    signal: AbortSignal.timeout(DEADLINE_MS),
  });
  await response.arrayBuffer();
  return response.status;
}

/** Why nobody answered, in a line. */
export function describeProblem(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
