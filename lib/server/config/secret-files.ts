/** The text of a file, as UTF-8. @throws where it cannot be read */
export type ReadFile = (path: string) => string;

type Environment = Record<string, string | undefined>;

export interface SecretsRead {
  readonly env: Environment;
  /** What is wrong, each beginning with the name of its variable. */
  readonly problems: readonly string[];
}

/** Names of secrets, as their files are named: as Docker and Kubernetes hand them out. */
const fileOf = (name: string): string => `${name}_FILE`;

/** Takes each secret that is in a file from there; the line break that editors put at its end does not count. */
export function withSecretFiles(env: Environment, names: readonly string[], readFile: ReadFile): SecretsRead {
  const read: Environment = { ...env };
  const problems: string[] = [];
  for (const name of names) {
    const path = env[fileOf(name)];
    if (path === undefined) continue;
    if (env[name] !== undefined) problems.push(`${fileOf(name)} should not be set beside ${name}`);
    const text = readOr(problems, fileOf(name), () => readFile(path));
    if (text?.trim() === '') problems.push(`${fileOf(name)} should name a file that is not empty`);
    read[name] = text?.replace(/\r?\n$/, '');
  }
  return { env: read, problems };
}

/** What is read, or nothing and a problem more. */
export function readOr(problems: string[], name: string, read: () => string): string | undefined {
  try {
    return read();
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'it cannot be read';
    problems.push(`${name} should name a file that can be read: ${why}`);
    return undefined;
  }
}
