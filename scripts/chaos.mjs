/** `npm run chaos`: cuts, kills and outages under load. */
import { runTypeScript } from './bootstrap.mjs';

await runTypeScript('e2e/chaos/main.ts');
