import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { startOrigin, type OriginHandler, type TestOrigin } from './http-origin.ts';
import { startTestRedis, type TestRedis } from './redis.ts';
import { createSpecFolder, type SpecFolder } from './spec-folder.ts';

/** Where the tests of one file warm: a Redis that is empty before each test, a folder for the spec file, and origins. */
export interface WarmPlace {
  readonly redis: TestRedis;
  readonly spec: SpecFolder;
  /** An origin that ends with its test. */
  readonly startOrigin: (handlers: Readonly<Record<string, OriginHandler>>) => Promise<TestOrigin>;
}

/** Sets the hooks up; what it gives is there once the tests run. */
export function useWarmPlace(): WarmPlace {
  let redis: TestRedis | undefined;
  let spec: SpecFolder | undefined;
  const origins: TestOrigin[] = [];
  beforeAll(async () => {
    redis = await startTestRedis();
    spec = await createSpecFolder();
  });
  afterAll(async () => {
    await redis?.stop();
    await spec?.remove();
  });
  beforeEach(async () => {
    await redis?.call('FLUSHALL');
  });
  afterEach(async () => {
    await Promise.all(origins.splice(0).map((origin) => origin.stop()));
  });
  return {
    get redis() {
      return there(redis);
    },
    get spec() {
      return there(spec);
    },
    startOrigin: async (handlers) => {
      const origin = await startOrigin(handlers);
      origins.push(origin);
      return origin;
    },
  };
}

function there<Thing>(thing: Thing | undefined): Thing {
  if (thing === undefined) throw new Error('only there while the tests run');
  return thing;
}
