import { CURSOR_MAX_CHARS } from '../../protocol/constants.ts';
import type { Schema } from './openapi.ts';

export const TEXT = { type: 'string' } as const;
export const WHOLE = { type: 'integer', minimum: 0 } as const;
export const TIME_MS = { ...WHOLE, description: 'ms since 1970' } as const;
export const CURSOR_SCHEMA = { type: 'string', minLength: 1, maxLength: CURSOR_MAX_CHARS } as const;

export const oneOf = (values: readonly string[]): Schema => ({ type: 'string', enum: values });
export const wholeUpTo = (maximum: number): Schema => ({ ...WHOLE, maximum });

/** An object with these properties, all of them unless they are optional, and no others. */
export function object(
  properties: Readonly<Record<string, unknown>>,
  { optional = [], ...about }: { readonly optional?: readonly string[]; readonly description?: string } = {},
): Schema {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: 'object', ...about, properties, required, additionalProperties: false };
}
