import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from '#scripts/process/root.ts';

const run = promisify(execFile);

const COMMAND = 'usr/sbin/nginx';
const MODULE = 'usr/lib/nginx/modules/ngx_nchan_module.so';
const PACKAGES = ['nginx', 'libnginx-mod-nchan'];
/** nchan asks for it, as Debian's package has it, and refuses the setting that would move it. */
const STATE_FOLDER = '/var/lib/nginx/body';
/** Debian's packages, where the system does not have them. */
const UNPACKED = join(ROOT, '.cache', 'bench', 'nginx');

export interface Nginx {
  readonly command: string;
  readonly module: string;
}

/** nginx and its module nchan, which have to be made for each other: both of the system, or both unpacked. */
export function findNginx(): Nginx | undefined {
  return ['/', UNPACKED]
    .map((folder) => ({ command: join(folder, COMMAND), module: join(folder, MODULE) }))
    .find(({ command, module }) => existsSync(command) && existsSync(module));
}

/** Sees to it that it is here. @returns why that cannot be done, in words, or undefined */
export async function ensureNginx(log: (line: string) => void): Promise<string | undefined> {
  try {
    if (findNginx() === undefined) await unpack(log);
    await mkdir(STATE_FOLDER, { recursive: true });
    return findNginx() === undefined
      ? `the packages ${PACKAGES.join(' and ')} hold no nginx with its module`
      : undefined;
  } catch (error) {
    return `there is no nginx with nchan (apt-get install ${PACKAGES.join(' ')}): ${(error as Error).message}`;
  }
}

/** Nothing is installed, and no service is started. */
async function unpack(log: (line: string) => void): Promise<void> {
  log("Fetching nginx and nchan from Debian's packages, once");
  await mkdir(UNPACKED, { recursive: true });
  await run('apt-get', ['download', ...PACKAGES], { cwd: UNPACKED });
  const files = (await readdir(UNPACKED)).filter((name) => name.endsWith('.deb'));
  for (const file of files) await run('dpkg', ['-x', file, '.'], { cwd: UNPACKED });
}
