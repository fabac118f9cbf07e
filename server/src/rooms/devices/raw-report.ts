/** Largest raw answer that is kept, in bytes of JSON. Our choice: an app list of a thousand apps has about half of it. */
export const LARGEST_REPORT = 1_048_576;

/**
 * A device's answer as JSON text that a jsonb column takes: no NUL characters, no half characters, bounded depth and size.
 * What is too large is replaced by a note of its size.
 */
export function reportBody(body: unknown): string {
  const text = JSON.stringify(clean(body, 0) ?? null);
  const bytes = Buffer.byteLength(text);
  return bytes <= LARGEST_REPORT ? text : JSON.stringify({ omitted: 'too_large', bytes });
}

function clean(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return value.replaceAll('\u0000', '').toWellFormed();
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= 32) return '…';
  if (ArrayBuffer.isView(value)) {
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64');
  }
  if (Array.isArray(value)) return value.map((entry) => clean(entry, depth + 1));
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (value instanceof Temporal.Instant) return value.toString();
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [String(clean(key, depth)), clean(entry, depth + 1)]),
  );
}
