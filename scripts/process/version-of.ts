import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What a command prints when asked for its version (both outputs), or `undefined` where it is missing or fails. */
export async function versionOf(
  command: string,
  args: readonly string[],
  timeoutMs = 10_000,
): Promise<string | undefined> {
  try {
    const { stdout, stderr } = await run(command, [...args], { timeout: timeoutMs });
    return `${stdout}${stderr}`.trim();
  } catch {
    // Not installed or not usable: the callers have another choice.
    return undefined;
  }
}
