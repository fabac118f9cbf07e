import { Ajv, type ValidateFunction } from 'ajv';
import formats from 'ajv-formats';
import type { FastifySchemaCompiler } from 'fastify';
import type { TSchema } from 'typebox';

const SHARED = {
  allErrors: true,
  removeAdditional: false,
  strict: true,
  strictTypes: false,
  strictRequired: false,
} as const;

function ajv(options: { readonly coerceTypes?: 'array'; readonly useDefaults?: boolean }): Ajv {
  const instance = new Ajv({ ...SHARED, ...options });
  // A CommonJS module whose types describe the default import only.
  (formats as unknown as (target: Ajv) => void)(instance);
  return instance;
}

/**
 * Schemas of requests: a body is taken as it is, unknown fields are refused where the schema is closed, nothing is dropped
 * or converted silently. Parameters and the query are text, so numbers and booleans are read out of it.
 */
export function validatorCompiler(): FastifySchemaCompiler<TSchema> {
  const body = ajv({ useDefaults: true });
  const text = ajv({ coerceTypes: 'array', useDefaults: true });
  return ({ schema, httpPart }) => (httpPart === 'body' ? body : text).compile(schema);
}

const answers = ajv({});

/** Checks answers against their schemas, in tests. Throws naming the places, without the values. */
export function answerChecker(schema: TSchema, name: string): (answer: unknown) => void {
  const validate: ValidateFunction = answers.compile(schema);
  return (answer) => {
    if (validate(JSON.parse(JSON.stringify(answer ?? null)))) return;
    const places = (validate.errors ?? []).map((error) => `${error.instancePath || '/'} ${error.message ?? ''}`);
    throw new Error(`the answer of ${name} does not fit its schema: ${places.join('; ')}`);
  };
}
