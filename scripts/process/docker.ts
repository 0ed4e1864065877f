import { versionOf } from '#scripts/process/version-of.ts';

const ENGINE_TIMEOUT_MS = 5000;

/** Why no `docker compose` can run here, in words; `undefined` where it can. */
export async function dockerObstacle(): Promise<string | undefined> {
  if ((await versionOf('docker', ['info', '--format', '{{.ServerVersion}}'], ENGINE_TIMEOUT_MS)) === undefined) {
    return 'no running Docker engine';
  }
  if ((await versionOf('docker', ['compose', 'version'], ENGINE_TIMEOUT_MS)) === undefined) return 'no docker compose';
  return undefined;
}
