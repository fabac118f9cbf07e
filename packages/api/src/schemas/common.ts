import { type Static, type TSchema, Type } from 'typebox';

export const Uuid = Type.String({ format: 'uuid' });
export const Instant = Type.String({ format: 'date-time', description: 'RFC 3339, UTC.' });
export const Closed = { additionalProperties: false } as const;
export const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
/** Something to read: unless it may be empty, more than white space. */
export const Text = (max: number, min = 1) =>
  Type.String({ minLength: min, maxLength: max, ...(min === 0 ? {} : { pattern: '\\S' }) });

/** A fact in words: a fixed name and its parameters; the console words it in Japanese and English. */
export const Note = Type.Object({
  code: Type.String(),
  params: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
});
export type Note = Static<typeof Note>;

export const ContractorParams = Type.Object({ contractorId: Uuid });
export const DeviceParams = Type.Object({ contractorId: Uuid, deviceId: Uuid });
export const ActionParams = Type.Object({ contractorId: Uuid, actionId: Uuid });
export const DeviceActionParams = Type.Object({ contractorId: Uuid, deviceId: Uuid, actionId: Uuid });

/** Paging of every list: an opaque cursor and a limit of at most 200. */
export const PageQuery = {
  cursor: Type.Optional(Type.String({ maxLength: 2000 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50 })),
};

/** `total` counts all matches, not only this page; absent where counting is not offered. */
export const Page = <T extends TSchema>(item: T) =>
  Type.Object({ items: Type.Array(item), nextCursor: Nullable(Type.String()), total: Type.Optional(Type.Integer()) });

export const Actor = Type.Object({
  kind: Type.Enum(['user', 'token', 'system', 'device']),
  id: Type.String(),
  name: Type.String(),
});
export type Actor = Static<typeof Actor>;
