/** Ways in which the service fails although the request is right. */
export const API_FAILURES = ['429', '503', '500', 'html_502', 'half_json', 'hang', 'reset', 'lost_answer'] as const;
export type ApiFailureKind = (typeof API_FAILURES)[number];

/** A scripted failure; without a method it meets every request, without a count it stays. */
export type ApiFailure = {
  readonly fail: ApiFailureKind;
  /** End of a method's id, as `devices.issueCommand`; `token` is the token endpoint. */
  readonly method?: string;
  readonly count?: number;
  /** So many requests pass before. */
  readonly after?: number;
  /** `Retry-After`, seconds. */
  readonly retryAfter?: number;
};

export function isApiFailure(word: string): word is ApiFailureKind {
  return API_FAILURES.some((one) => one === word);
}

/** The failures in force, first come first served. */
export class ApiFailures {
  #scripts: { readonly script: ApiFailure; left: number; before: number }[] = [];

  add(script: ApiFailure): void {
    this.#scripts.push({ script, left: script.count ?? Number.POSITIVE_INFINITY, before: script.after ?? 0 });
  }

  clear(): void {
    this.#scripts = [];
  }

  list(): readonly ApiFailure[] {
    return this.#scripts.map(({ script }) => script);
  }

  /** The failure that meets a request of this method, counted as used. */
  take(methodId: string): ApiFailure | undefined {
    for (const entry of this.#scripts) {
      const { method } = entry.script;
      if (method !== undefined && !`.${methodId}`.endsWith(`.${method}`)) continue;
      if (entry.before > 0) {
        entry.before -= 1;
        continue;
      }
      entry.left -= 1;
      if (entry.left <= 0) this.#scripts = this.#scripts.filter((one) => one !== entry);
      return entry.script;
    }
    return undefined;
  }
}
