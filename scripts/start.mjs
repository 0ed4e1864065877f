/**
 * `npm start`: the production server in this very process, so that SIGTERM reaches it without a process in between.
 * PORT (default 3000) and HOST (default 0.0.0.0); everything else is read by the server itself.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

// Without this Next.js leaves on SIGTERM before our handler has drained the streams.
process.env.NEXT_MANUAL_SIG_HANDLE = '1';
process.chdir(ROOT);

if (!existsSync(join(ROOT, '.next', 'BUILD_ID'))) {
  console.error('There is no production build yet: run npm run build first.');
  process.exit(1);
}

const port = process.env.PORT || '3000';
if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
  console.error(`PORT is "${port}": it should be a port from 0 to 65535.`);
  process.exit(1);
}

// A shell between npm and us dies of the SIGTERM that npm passes on, without passing it on itself.
const parent = process.ppid;
if (process.env.npm_lifecycle_event !== undefined) {
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    process.kill(process.pid, 'SIGTERM');
  }, 250).unref();
}

process.argv = [process.execPath, 'next', 'start', '-p', port, '-H', process.env.HOST || '0.0.0.0'];
createRequire(import.meta.url)('next/dist/bin/next');
