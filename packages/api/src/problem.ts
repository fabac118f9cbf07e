import { type Static, Type } from 'typebox';

/** Problem details (RFC 9457) with our machine-readable `reason`. */
export const Problem = Type.Object({
  type: Type.String(),
  title: Type.String(),
  status: Type.Integer(),
  detail: Type.Optional(Type.String()),
  instance: Type.Optional(Type.String({ description: 'The request id.' })),
  reason: Type.Optional(
    Type.String({ description: 'A fixed name for programs, such as `push_certificate.topic_changed`.' }),
  ),
  clause: Type.Optional(
    Type.String({ description: 'The clause of the service terms that refuses it, as `listClauses` names it.' }),
  ),
  params: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  errors: Type.Optional(Type.Array(Type.Object({ pointer: Type.String(), detail: Type.String() }))),
});
export type Problem = Static<typeof Problem>;
