import { defineConfig } from 'vitest/config';

/**
 * One suite: a folder of test/, with its own patience. `built` ones run the program in dist/. The patience is for what
 * hangs: it is several times that of test/support/until.ts, which says what never came true.
 */
function suite(name: string, testTimeout: number, built = false) {
  return {
    extends: true as const,
    test: {
      name,
      // Most tests wait for servers more than they compute.
      maxWorkers: 3,
      include: [`test/${name}/**/*.test.ts`],
      testTimeout,
      hookTimeout: testTimeout,
      globalSetup: built ? ['test/support/build-setup.ts'] : [],
    },
  };
}

/**
 * What measures time, after everything else and one file at a time: what other tests take of the processor would be in
 * its figures.
 */
function alone(name: string, testTimeout: number) {
  const { test, ...rest } = suite(name, testTimeout, true);
  return { ...rest, test: { ...test, maxWorkers: 1, sequence: { groupOrder: 1 } } };
}

export default defineConfig({
  test: {
    globalSetup: ['test/support/global-setup.ts'],
    projects: [
      suite('unit', 60_000),
      suite('integration', 120_000),
      alone('timing', 120_000),
      suite('faults', 180_000),
      suite('e2e', 180_000, true),
      suite('interop', 600_000, true),
      suite('soak', 3_600_000, true),
    ],
    passWithNoTests: true,
    coverage: { provider: 'v8', include: ['src/**'], reporter: ['text-summary', 'html'] },
  },
});
