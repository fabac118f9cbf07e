import type { ResultItem } from './model.ts';
import type { WireItem } from './syncml.ts';

/** Bounds of large objects: bytes of one, and how many may be unfinished at a time. Our choice. */
export const CHUNK_LIMITS = { object: 8 * 1024 * 1024, open: 3 } as const;

export const CHUNK_ERROR_CODES = ['size_missing', 'too_large', 'too_many', 'size_mismatch', 'incomplete'] as const;
export type ChunkErrorCode = (typeof CHUNK_ERROR_CODES)[number];

/** A large object that cannot be put together. Carries nothing of it. */
export class ChunkError extends Error {
  readonly code: ChunkErrorCode;
  constructor(code: ChunkErrorCode) {
    super(`large object: ${code}`);
    this.name = 'ChunkError';
    this.code = code;
  }
}

/** SyncML status for a chunk that is refused (fact sheet 4.5). */
export const CHUNK_STATUS = {
  size_missing: 416,
  too_large: 413,
  too_many: 413,
  size_mismatch: 424,
  incomplete: 424,
} as const satisfies Record<ChunkErrorCode, number>;

/**
 * Puts the items of one command's results together, in order of arrival: an item with `MoreData` goes on in the next one
 * with the same Source; its first chunk tells the size in bytes. Throws `ChunkError`.
 */
export function reassemble(items: readonly WireItem[]): readonly ResultItem[] {
  const whole: ResultItem[] = [];
  const open = new Map<string, { readonly first: WireItem; readonly parts: string[]; bytes: number }>();
  for (const item of items) {
    const source = item.source ?? item.target ?? '';
    const begun = open.get(source);
    if (begun === undefined && !item.more) {
      whole.push(resultOf(source, item, item.data ?? ''));
      continue;
    }
    if (begun === undefined) requireBounds(item, open.size);
    const object = begun ?? { first: item, parts: [], bytes: 0 };
    if (begun === undefined) open.set(source, object);
    object.parts.push(item.data ?? '');
    object.bytes += Buffer.byteLength(item.data ?? '', 'utf8');
    const size = object.first.meta.size ?? 0;
    if (object.bytes > size) throw new ChunkError('size_mismatch');
    if (item.more) continue;
    if (object.bytes !== size) throw new ChunkError('size_mismatch');
    open.delete(source);
    whole.push(resultOf(source, object.first, object.parts.join('')));
  }
  if (open.size > 0) throw new ChunkError('incomplete');
  return whole;
}

function requireBounds({ meta: { size } }: WireItem, open: number): void {
  if (size === undefined) throw new ChunkError('size_missing');
  if (size > CHUNK_LIMITS.object) throw new ChunkError('too_large');
  if (open >= CHUNK_LIMITS.open) throw new ChunkError('too_many');
}

function resultOf(source: string, { meta: { format, type } }: WireItem, data: string): ResultItem {
  return { source, format, type, data };
}
