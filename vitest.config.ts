import { defineConfig } from 'vitest/config';

/** One suite: a folder of test/, with its own patience. `built` ones run the program in dist/. */
function suite(name: string, testTimeout: number, built = false) {
  return {
    extends: true as const,
    test: {
      name,
      include: [`test/${name}/**/*.test.ts`],
      testTimeout,
      hookTimeout: testTimeout,
      globalSetup: built ? ['test/support/build-setup.ts'] : [],
    },
  };
}

export default defineConfig({
  test: {
    globalSetup: ['test/support/global-setup.ts'],
    projects: [
      suite('unit', 20_000),
      suite('integration', 30_000),
      suite('faults', 60_000),
      suite('e2e', 60_000, true),
      suite('interop', 300_000, true),
      suite('soak', 900_000, true),
    ],
    // Most tests wait for servers more than they compute.
    maxWorkers: 3,
    passWithNoTests: true,
    coverage: { provider: 'v8', include: ['src/**'], reporter: ['text-summary', 'html'] },
  },
});
