import { defineConfig } from 'vitest/config';

/** Integration tests have the suffix `.integration.test.ts`, a broker, and the time that real brokers take. */
const INTEGRATION = '**/*.integration.test.ts';
/** Those of docker compose have the suffix `.compose.test.ts`, and images to build. */
const COMPOSE = '**/*.compose.test.ts';
const OUTSIDE = ['**/node_modules/**', '**/.next/**', '**/.cache/**'];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          environment: 'node',
          include: ['{lib,scripts,components,app,bench,e2e}/**/*.test.{ts,tsx}'],
          exclude: [INTEGRATION, COMPOSE, ...OUTSIDE],
        },
      },
      {
        test: {
          name: 'integration',
          environment: 'node',
          include: [INTEGRATION],
          exclude: OUTSIDE,
          globalSetup: ['scripts/testing/vitest-broker.ts'],
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'compose',
          environment: 'node',
          include: [COMPOSE],
          exclude: OUTSIDE,
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 900_000,
        },
      },
    ],
  },
});
