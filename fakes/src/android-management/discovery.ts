import { readFileSync } from 'node:fs';

/** A type of the discovery document (JSON Schema draft 3 as Google's API descriptions use it). */
export type Schema = {
  readonly id?: string;
  readonly $ref?: string;
  readonly type?: 'object' | 'string' | 'array' | 'boolean' | 'integer' | 'number' | 'any';
  readonly format?: string;
  readonly enum?: readonly string[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema;
  readonly readOnly?: boolean;
  readonly deprecated?: boolean;
};

/** A parameter of a method, in the path or the query. */
export type Parameter = Schema & {
  readonly location: 'path' | 'query';
  readonly required?: boolean;
  readonly repeated?: boolean;
  readonly pattern?: string;
};

/** One method of the API. */
export type Method = {
  readonly id: string;
  readonly httpMethod: string;
  readonly flatPath: string;
  readonly path: string;
  readonly parameters?: Readonly<Record<string, Parameter>>;
  readonly request?: { readonly $ref: string };
  readonly response?: { readonly $ref: string };
};

type Resource = {
  readonly methods?: Readonly<Record<string, Method>>;
  readonly resources?: Readonly<Record<string, Resource>>;
};

type Document = Resource & {
  readonly revision: string;
  readonly schemas: Readonly<Record<string, Schema>>;
  readonly parameters: Readonly<Record<string, Parameter>>;
};

/** A method that a request means, with the resource name in its path (`name` or `parent`). */
export type Matched = { readonly method: Method; readonly parameter: string; readonly name: string };

/** What the discovery document says, ready to be asked. */
export class Discovery {
  readonly revision: string;
  readonly methods: readonly Method[];
  /** Query parameters that every method takes. */
  readonly common: Readonly<Record<string, Parameter>>;
  readonly schemas: Readonly<Record<string, Schema>>;
  readonly #routes: readonly { readonly method: Method; readonly parameter: string; readonly pattern: RegExp }[];

  constructor(document: unknown) {
    const read = document as Document; // our own copy of Google's file
    this.revision = read.revision;
    this.common = read.parameters;
    this.schemas = read.schemas;
    this.methods = methodsOf(read);
    this.#routes = this.methods.map(routeOf);
  }

  /** The schema with its reference followed. Throws for a name the document does not have. */
  resolve(schema: Schema): Schema {
    if (schema.$ref === undefined) return schema;
    const found = this.schemas[schema.$ref];
    if (found === undefined) throw new Error(`the discovery document has no schema ${schema.$ref}`);
    return found;
  }

  /** The method of a request; `path` is still percent-encoded. Undefined: Google answers 404 in HTML. */
  match(httpMethod: string, path: string): Matched | undefined {
    for (const { method, parameter, pattern } of this.#routes) {
      if (method.httpMethod !== httpMethod) continue;
      const found = pattern.exec(path);
      if (found) return { method, parameter, name: decode(found[1] ?? '') };
    }
    return undefined;
  }
}

let read: Discovery | undefined;

/** Google's description of the API as it was on its revision date; the file beside this one, read once. */
export function discovery(): Discovery {
  read ??= new Discovery(JSON.parse(readFileSync(new URL('./discovery.json', import.meta.url), 'utf8')));
  return read;
}

function methodsOf(resource: Resource): readonly Method[] {
  return [
    ...Object.values(resource.methods ?? {}),
    ...Object.values(resource.resources ?? {}).flatMap((inner) => methodsOf(inner)),
  ];
}

/** From `v1/{+name}:issueCommand` and the pattern of `name`: what a path must look like, with the name as its group. */
function routeOf(method: Method): { method: Method; parameter: string; pattern: RegExp } {
  const template = /^v1\/\{\+(\w+)\}(.*)$/.exec(method.path);
  if (!template) return { method, parameter: '', pattern: new RegExp(`^/${literal(method.path)}()$`) };
  const [, parameter = '', rest = ''] = template;
  const inner = (method.parameters?.[parameter]?.pattern ?? '^.+$').slice(1, -1).replaceAll('[^/]+', '[^/:]+');
  return { method, parameter, pattern: new RegExp(`^/v1/(${inner})${literal(rest)}$`) };
}

function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // not percent-encoding: no resource has such a name
  }
}
