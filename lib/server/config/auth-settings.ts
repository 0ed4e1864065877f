import { z } from 'zod';

/** How the server tells who calls: not at all. */
export const AUTH_KINDS = ['none'] as const;
export type AuthKind = (typeof AUTH_KINDS)[number];

export const authSettings = z.object({
  AUTH: z.enum(AUTH_KINDS, { error: `should be ${AUTH_KINDS.join(' or ')}` }).optional(),
});

type AuthSettings = z.infer<typeof authSettings>;

/** In the demo anybody may watch what its own producer makes, so there it need not be chosen. */
export function authKindOf(env: AuthSettings): AuthKind {
  return env.AUTH ?? 'none';
}

/** What is missing, in words. Not guessed outside the demo: either guess would surprise somebody. */
export function authProblems(env: Readonly<Record<string, string | undefined>>): readonly string[] {
  if (env.AUTH !== undefined || env.DEMO === '1') return [];
  return ['AUTH should be chosen: none lets whoever reaches the port watch any ID'];
}
