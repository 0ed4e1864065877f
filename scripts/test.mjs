/** `npm test`: every test, against a real broker and the production build. */
import { runTypeScript } from './bootstrap.mjs';

await runTypeScript('scripts/testing/main.ts');
