/**
 * The known holes in what the server runs with: fails where one is high or critical. Without a registry that can be asked
 * nothing is known, and that is said; it is no failure, or nothing could be checked offline.
 */
import { spawnSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';

const TIMEOUT_MS = 60_000;
const GRAVE = /** @type {const} */ (['high', 'critical']);

/**
 * @param {string} output of `npm audit --json`
 * @returns {{ state: 'good' | 'bad' | 'not checked', words: string }}
 */
export function auditVerdict(output) {
  const report = parse(output);
  const counts = report?.metadata?.vulnerabilities;
  if (counts === undefined) {
    const why = report?.message ?? report?.error?.summary ?? 'npm gave no report';
    return { state: 'not checked', words: String(why).replace(/https?:\S+/g, 'the registry') };
  }
  const grave = GRAVE.reduce((sum, severity) => sum + (counts[severity] ?? 0), 0);
  const names = Object.values(report.vulnerabilities ?? {})
    .filter(({ severity }) => GRAVE.includes(severity))
    .map(({ name, severity }) => `${name} (${severity})`);
  if (grave > 0) return { state: 'bad', words: names.join(', ') };
  return { state: 'good', words: `${counts.total ?? 0} known, none of them high or critical` };
}

/** @param {string} text */
function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Asks npm, about production dependencies alone. */
export function audit() {
  const args = ['audit', '--omit=dev', '--audit-level=high', '--json'];
  const { stdout } = spawnSync('npm', args, { encoding: 'utf8', timeout: TIMEOUT_MS, maxBuffer: 64 * 1024 * 1024 });
  return auditVerdict(stdout ?? '');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { state, words } = audit();
  console.log(`audit: ${state}: ${words}`);
  process.exit(state === 'bad' ? 1 : 0);
}
