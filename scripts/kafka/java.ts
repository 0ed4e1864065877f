import { hasKafkaJars } from '#scripts/kafka/jars.ts';
import { versionOf } from '#scripts/process/version-of.ts';

const JAVA_MIN = 17;

/** Why a local broker cannot be started on this machine, in words; `undefined` when it can. */
export async function localKafkaObstacle(): Promise<string | undefined> {
  const java = await javaMajor();
  if (java === undefined) return `no Java (a local Kafka needs Java ${JAVA_MIN} or newer)`;
  if (java < JAVA_MIN) return `Java ${java} is too old (a local Kafka needs ${JAVA_MIN} or newer)`;
  // Starting Maven takes a second; it is only needed once.
  if (hasKafkaJars()) return undefined;
  if ((await versionOf('mvn', ['-v'])) === undefined) return "no Maven (it downloads Kafka's jars)";
  return undefined;
}

export function javaCommand(): string {
  return process.env.JAVA_HOME ? `${process.env.JAVA_HOME}/bin/java` : 'java';
}

async function javaMajor(): Promise<number | undefined> {
  const output = await versionOf(javaCommand(), ['-version']);
  return output === undefined ? undefined : parseJavaMajor(output);
}

/** 17 for `openjdk version "17.0.15"`, 8 for `java version "1.8.0_412"`. */
export function parseJavaMajor(output: string): number | undefined {
  const match = /version "(?:1\.)?(\d+)/.exec(output);
  return match?.[1] === undefined ? undefined : Number(match[1]);
}
