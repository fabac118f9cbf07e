import type { Problem } from '@tsukasa/api';

/** An answer that was not a success: problem details of the server, or what stands for them when none came. */
export class ApiError extends Error {
  readonly status: number;
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.title);
    this.name = 'ApiError';
    this.status = problem.status;
    this.problem = problem;
  }

  /** The machine-readable name: `reason`, otherwise the last part of `type`. */
  get code(): string {
    return this.problem.reason ?? this.problem.type.split(/[/:#]/).at(-1) ?? '';
  }
}

/** True when the server wants a proof of the person before it goes on. */
export function wantsReauthentication(error: unknown): boolean {
  if (!(error instanceof ApiError)) return false;
  const { reason, type } = error.problem;
  return reason?.endsWith('reauthentication_required') === true || type.endsWith('reauthentication_required');
}

export function isStatus(error: unknown, status: number): boolean {
  return error instanceof ApiError && error.status === status;
}

/** The body of a failed answer as problem details, whatever it was. */
export async function problemOf(response: Response): Promise<Problem> {
  const text = await response.text().catch(() => '');
  const parsed = parseJson(text);
  const fallback = { type: 'about:blank', title: response.statusText || `HTTP ${response.status}` };
  if (typeof parsed !== 'object' || parsed === null) return { ...fallback, status: response.status };
  return {
    ...fallback,
    ...(parsed as Partial<Problem>),
    status: response.status,
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
