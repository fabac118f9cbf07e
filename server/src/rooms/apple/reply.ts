/** What a device gets: a status and perhaps a body. */
export type Reply = { readonly status: number; readonly contentType?: string; readonly body?: Buffer };

/** "Nothing more": 200 with a body of zero bytes, which an empty property list is not (fact sheet 3.1). */
export const EMPTY: Reply = { status: 200 };

export function text(status: number, body: string): Reply {
  return { status, contentType: 'text/plain; charset=utf-8', body: Buffer.from(`${body}\n`, 'utf8') };
}
