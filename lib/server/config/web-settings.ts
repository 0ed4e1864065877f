import { z } from 'zod';
import { list } from './setting.ts';

export const webSettings = z.object({
  CORS_ORIGINS: list
    .refine((items) => items.every((item) => item === '*' || isOrigin(item)), {
      error:
        'should be a list of origins as browsers write them: https://app.example.com, in small letters, with the port where it is not the usual one, and no path; or *',
    })
    .default([]),
});

/** What a browser sends as `Origin` is compared letter by letter: one that is written in another way would never match. */
function isOrigin(text: string): boolean {
  return /^https?:[^*]*$/.test(text) && URL.canParse(text) && new URL(text).origin === text;
}
