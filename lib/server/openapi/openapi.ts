/** What of the OpenAPI Specification 3.1 is used here. */

export type Schema = Readonly<Record<string, unknown>>;

/** Not an interface: a reference stands wherever a schema does. */
export type Reference = { readonly $ref: string };

export interface Header {
  readonly description?: string;
  readonly required?: boolean;
  readonly schema: Schema;
}

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly description: string;
  readonly required?: boolean;
  readonly schema: Schema;
}

export interface MediaType {
  readonly schema: Schema;
  /** Of a stream: what `data:` is in each of its events, which OpenAPI 3.1 has no word for. */
  readonly 'x-events'?: Readonly<Record<string, Schema>>;
}

export interface Answer {
  readonly description: string;
  readonly headers?: Readonly<Record<string, Header | Reference>>;
  readonly content?: Readonly<Record<string, MediaType>>;
}

export interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly tags: readonly string[];
  readonly parameters?: readonly (Parameter | Reference)[];
  readonly requestBody?: { readonly required: true; readonly content: Readonly<Record<string, MediaType>> };
  readonly responses: Readonly<Record<string, Answer>>;
}

export const METHODS = ['get', 'head', 'options', 'post'] as const;
export type Method = (typeof METHODS)[number];
export type PathItem = Partial<Readonly<Record<Method, Operation>>>;
export type Paths = Readonly<Record<string, PathItem>>;

export const schemaRef = (name: string): Reference => ({ $ref: `#/components/schemas/${name}` });
export const parameterRef = (name: string): Reference => ({ $ref: `#/components/parameters/${name}` });
export const headerRef = (name: string): Reference => ({ $ref: `#/components/headers/${name}` });
