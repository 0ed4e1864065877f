import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium } from '@playwright/test';
import { startPart } from '#scripts/process/part.ts';
import { ROOT } from '#scripts/process/root.ts';
import { versionOf } from '#scripts/process/version-of.ts';

const COMMANDS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge'];
/** Where browsers are that are not on the PATH. */
const PLACES = [
  '/usr/bin/chromium',
  '/opt/google/chrome/chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/** A real Chromium of this machine: the one that is named, Playwright's own, or an installed one. */
export function findChromium(): string | undefined {
  const named = process.env.CHROMIUM_PATH;
  if (named) return existsSync(named) ? named : undefined;
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const onPath = folders.flatMap((folder) => COMMANDS.map((command) => join(folder, command)));
  return [chromium.executablePath(), ...PLACES, ...onPath].find((path) => existsSync(path));
}

/**
 * A Chromium that is there, else a newly installed one: Playwright's own, else, as root on Debian, the distribution's.
 *
 * @throws Error that says what to do
 */
export async function findOrInstallChromium(log: (line: string) => void): Promise<string> {
  const found = findChromium();
  if (found !== undefined) return found;
  if (process.env.CHROMIUM_PATH)
    throw new Error(`CHROMIUM_PATH is ${process.env.CHROMIUM_PATH}: there is no such file.`);
  log("Installing Playwright's Chromium");
  await runQuietly(process.execPath, [
    join(ROOT, 'node_modules', '@playwright', 'test', 'cli.js'),
    'install',
    'chromium',
  ]);
  const own = findChromium();
  if (own !== undefined) return own;
  const isRoot = process.getuid?.() === 0;
  if (isRoot && (await versionOf('apt-get', ['--version'])) !== undefined) {
    log("Playwright's cannot be had here: installing Debian's package");
    await runQuietly('apt-get', ['update', '-q']);
    await runQuietly('apt-get', ['install', '-y', '-q', '--no-install-recommends', 'chromium']);
  }
  const packaged = findChromium();
  if (packaged !== undefined) return packaged;
  throw new Error('No Chromium, and none could be installed: install one, or set CHROMIUM_PATH.');
}

/** What matters is whether a browser is there afterwards, so a failure is not an error here. */
async function runQuietly(command: string, args: readonly string[]): Promise<void> {
  const part = await startPart({ name: command, command, args, env: { DEBIAN_FRONTEND: 'noninteractive' } });
  await part.exited;
}
