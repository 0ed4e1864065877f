import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { startPart } from '#scripts/process/part.ts';
import { ROOT } from '#scripts/process/root.ts';

export const KAFKA_VERSION = '4.3.1';

const JARS_DIR = join(ROOT, '.cache', 'kafka', KAFKA_VERSION);
const COPY_GOAL = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';

/** Kafka's own dependencies leave the choice of a logger open; without the binding its log would be lost. */
const POM = `<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>local</groupId>
  <artifactId>kafka-jars</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>${KAFKA_VERSION}</version></dependency>
    <dependency><groupId>org.apache.logging.log4j</groupId><artifactId>log4j-slf4j-impl</artifactId><version>2.25.4</version></dependency>
  </dependencies>
</project>
`;

export function hasKafkaJars(): boolean {
  return existsSync(JARS_DIR);
}

/**
 * The folder with Kafka's jars; downloads them by Maven when they are not there. They appear by one rename, so a
 * download that was cut off leaves nothing that could be taken for a whole one.
 */
export async function kafkaJars(log: (line: string) => void): Promise<string> {
  if (hasKafkaJars()) return JARS_DIR;
  log(`Downloading Apache Kafka ${KAFKA_VERSION} by Maven, about 45 MB, once`);
  await mkdir(dirname(JARS_DIR), { recursive: true });
  const workDir = await mkdtemp(join(dirname(JARS_DIR), '.download-'));
  try {
    await writeFile(join(workDir, 'pom.xml'), POM);
    await copyDependencies(workDir, log);
    await rename(join(workDir, 'jars'), JARS_DIR).catch(keepTheOther);
  } finally {
    await rm(workDir, { recursive: true, force: true });
  }
  return JARS_DIR;
}

async function copyDependencies(workDir: string, log: (line: string) => void): Promise<void> {
  const args = ['-B', '-ntp', COPY_GOAL, `-DoutputDirectory=${join(workDir, 'jars')}`];
  const maven = await startPart({
    name: 'maven',
    command: 'mvn',
    args,
    cwd: workDir,
    removeDir: workDir,
    graceMs: 1000,
  });
  const startedAtMs = Date.now();
  const sign = setInterval(() => log(`… still downloading, ${Math.round((Date.now() - startedAtMs) / 1000)} s`), 5000);
  const exit = await maven.exited;
  clearInterval(sign);
  if (exit.code === 0) return;
  const lines = maven.lastLines().map(withoutUrls).join('\n');
  throw new Error(`Maven could not download Apache Kafka ${KAFKA_VERSION} (${exit.reason}):\n${lines}`);
}

/** Another process has finished the same download first: its jars are as good as ours. */
function keepTheOther(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
}

function withoutUrls(line: string): string {
  return line.replace(/\(?https?:\/\/\S+/g, '(registry)');
}
