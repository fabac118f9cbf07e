import { type Static, Type } from 'typebox';
import { Closed, Instant, Nullable, Text, Uuid } from './common.ts';

export const Person = Type.Object({
  personId: Uuid,
  name: Type.String(),
  kana: Type.String(),
  email: Nullable(Type.String()),
  employeeNumber: Nullable(Type.String()),
  department: Nullable(Type.String()),
  note: Type.String(),
  groups: Type.Array(Type.Object({ groupId: Uuid, name: Type.String() })),
  deviceCount: Type.Integer(),
  createdAt: Instant,
  updatedAt: Instant,
  archivedAt: Nullable(Instant),
});
export type Person = Static<typeof Person>;
const fields = {
  kana: Type.Optional(Text(200, 0)),
  email: Type.Optional(Nullable(Type.String({ format: 'email', maxLength: 254 }))),
  employeeNumber: Type.Optional(Nullable(Text(64))),
  department: Type.Optional(Nullable(Text(200))),
  note: Type.Optional(Text(2000, 0)),
};
export const PersonRequest = Type.Object({ name: Text(200), ...fields }, Closed);
export const PersonChange = Type.Object({ name: Type.Optional(Text(200)), ...fields }, Closed);

export const Group = Type.Object({
  groupId: Uuid,
  name: Type.String(),
  memberCount: Type.Integer(),
  createdAt: Instant,
  updatedAt: Instant,
});
export type Group = Static<typeof Group>;
export const GroupRequest = Type.Object({ name: Text(200) }, Closed);
