/** `npm run demo`: everything from a fresh clone to numbers in a browser. */
import { runTypeScript } from './bootstrap.mjs';

await runTypeScript('scripts/demo/main.ts');
