import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'vitest';
import { SseParser } from '#lib/server/testing/parse-sse.ts';

interface Content {
  readonly schema: object;
  readonly 'x-events'?: Readonly<Record<string, object>>;
}

interface Described {
  readonly headers?: Readonly<
    Record<string, { readonly $ref?: string; readonly required?: boolean; readonly schema?: object }>
  >;
  readonly content?: Readonly<Record<string, Content>>;
}

export interface OpenApiDocument {
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { readonly responses: Readonly<Record<string, Described>> }>>>
  >;
  readonly components: {
    readonly headers: Readonly<Record<string, { readonly required?: boolean; readonly schema?: object }>>;
  };
}

/** Which answer of which operation: what a case provokes, and what the document has. */
export interface AnswerName {
  readonly path: string;
  readonly method: string;
  readonly status: number;
  /** Of a problem document with a body. */
  readonly code?: string | undefined;
}

export const nameOf = ({ method, path, status, code = '' }: AnswerName): string =>
  `${method.toUpperCase()} ${path} ${status} ${code}`.trim();

const BASE = 'urn:feedline:openapi';
const PROBLEM = 'application/problem+json';

/** Holds answers of a running server to an OpenAPI document. */
export class OpenApiCheck {
  readonly #document: OpenApiDocument;
  readonly #ajv = new Ajv2020({ strict: false, validateSchema: false, coerceTypes: false, allErrors: true });
  readonly #headerAjv = new Ajv2020({ strict: false, coerceTypes: true });

  constructor(document: OpenApiDocument) {
    this.#document = document;
    this.#ajv.addSchema({ ...document, $id: BASE });
  }

  /** Every answer that is documented; of problem documents, each code. */
  get answers(): AnswerName[] {
    return Object.entries(this.#document.paths).flatMap(([path, item]) =>
      Object.entries(item).flatMap(([method, { responses }]) =>
        Object.entries(responses).flatMap(([status, { content }]) =>
          codesOf(content).map((code) => ({ path, method, status: Number(status), code })),
        ),
      ),
    );
  }

  /** That status, headers and body are as documented. Ends a stream once it has seen what the document says of it. */
  async expectDocumented({ path, method, status, code }: AnswerName, response: Response): Promise<void> {
    expect(response.status).toBe(status);
    const described = this.#document.paths[path]?.[method]?.responses[String(status)];
    if (described === undefined) throw new Error(`${method} ${path} does not have ${status}.`);
    this.#expectHeaders(described, response.headers);
    const type = response.headers.get('content-type')?.split(';')[0] ?? '';
    if (described.content === undefined || method === 'head') {
      expect(await response.text()).toBe('');
      return;
    }
    const key = Object.keys(described.content).find((candidate) => candidate.split(';')[0] === type) ?? '';
    const content = described.content[key];
    if (content === undefined) throw new Error(`${method} ${path} ${status} is not documented as "${type}".`);
    const at = ['paths', path, method, 'responses', String(status), 'content', key];
    if (content['x-events'] !== undefined) await this.#expectEvents(response, [...at, 'x-events'], content['x-events']);
    else await this.#expectBody(response, [...at, 'schema'], code);
  }

  #expectHeaders({ headers = {} }: Described, sent: Headers): void {
    for (const [name, described] of Object.entries(headers)) {
      const { required = false, schema = {} } =
        described.$ref === undefined ? described : (this.#document.components.headers[name] ?? {});
      const value = sent.get(name);
      if (value === null) expect(required, `${name} is missing`).toBe(false);
      else {
        const properties = { value: schema };
        expect(this.#headerAjv.validate({ type: 'object', properties }, { value }), `${name}: ${value}`).toBe(true);
      }
    }
  }

  async #expectBody(response: Response, pointer: readonly string[], code: string | undefined): Promise<void> {
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') === true;
    const body: unknown = isJson ? JSON.parse(text) : text;
    this.#expectValid(pointer, body);
    if (code !== undefined) expect(body).toMatchObject({ code, status: response.status });
  }

  /** At least one named event, and each as its schema says. */
  async #expectEvents(response: Response, pointer: readonly string[], known: Readonly<Record<string, object>>) {
    const parser = new SseParser();
    const seen = new Set<string>();
    const decoder = new TextDecoder();
    const [last = ''] = Object.keys(known).filter((name) => name === 'ping');
    for await (const part of response.body ?? []) {
      for (const { name, data } of parser.push(decoder.decode(part, { stream: true }))) {
        expect(Object.keys(known)).toContain(name);
        seen.add(name);
        if (name !== 'message') this.#expectValid([...pointer, name], JSON.parse(data));
      }
      if (seen.has(last)) break;
    }
    expect([...seen]).toContain(last);
  }

  #expectValid(pointer: readonly string[], value: unknown): void {
    const fragment = pointer
      .map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1')))
      .join('/');
    const validate = this.#ajv.getSchema(`${BASE}#/${fragment}`);
    if (validate === undefined) throw new Error(`There is no schema at ${fragment}.`);
    validate(value);
    expect(validate.errors ?? [], JSON.stringify(value)).toEqual([]);
  }
}

function codesOf(content: Described['content']): readonly (string | undefined)[] {
  const schema = content?.[PROBLEM]?.schema as
    | { readonly allOf?: readonly { readonly properties?: { readonly code?: { readonly enum: string[] } } }[] }
    | undefined;
  return schema?.allOf?.find(({ properties }) => properties !== undefined)?.properties?.code?.enum ?? [undefined];
}
