import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { deadPort } from '../support/dead-port.ts';
import { startTestRedis, type TestRedis } from '../support/redis.ts';
import { runMain, type RunOptions, type RunResult } from '../support/run-main.ts';
import { startLoadtestOrigin, type LoadtestOrigin } from './loadtest-origin.ts';

/** One phase in the JSON report. */
export interface PhaseJson {
  readonly requests: number;
  readonly errors: number;
  readonly errors_by_cause: Readonly<Record<string, number>>;
  readonly unfinished: number;
  readonly duration_ms: number;
  readonly requests_per_second: number;
  readonly p50_ms: number | null;
  readonly p95_ms: number | null;
  readonly p99_ms: number | null;
  readonly max_ms: number | null;
  readonly mean_ms: number | null;
  readonly count_header_mean: number | null;
}

/** Both phases side by side. */
export interface ComparisonJson {
  readonly without_cache: PhaseJson | null;
  readonly with_cache: PhaseJson | null;
  readonly improvement_percent: number | null;
  readonly improvement_interval_percent: { readonly low: number; readonly high: number } | null;
  readonly is_noise: boolean;
  readonly hits: { readonly cold: HitsJson; readonly warm: HitsJson } | null;
}

/** What Redis counted. */
export interface HitsJson {
  readonly hits: number;
  readonly misses: number;
}

/** The JSON report, or the error in its place. */
export interface ReportJson {
  readonly schema: string;
  readonly interrupted: boolean;
  readonly endpoints: readonly (ComparisonJson & {
    readonly endpoint: string;
    readonly scope: string | null;
    readonly key: string | null;
    readonly url: string;
    readonly problem: string | null;
  })[];
  readonly scopes: readonly (ComparisonJson & { readonly scope: string; readonly endpoints: number })[];
  readonly summary: readonly string[];
  readonly error?: { readonly code: string; readonly message: string; readonly hint: string };
}

/** A Redis, an origin, and a folder with a spec file that names both. */
export interface Place {
  readonly redis: TestRedis;
  readonly origin: LoadtestOrigin;
  readonly folder: string;
  /** A port on which nobody listens. */
  readonly deadPort: number;
  /** Runs `cachectl loadtest` in the folder, the arguments apart by blanks. */
  readonly loadtest: (args: string, options?: RunOptions) => Promise<RunResult>;
  /** When a key expires, in milliseconds since the epoch; -1 for one that never does. The server's clock is ours. */
  readonly expiresAtMs: (key: string) => Promise<number>;
}

const specFile = (redisUrl: string, originUrl: string): string =>
  `version: 1
connections:
  default: { url: "${redisUrl}/0" }
  production: { url: "${redisUrl}/0", protected: true }
layout: { type: plain, prefix: "shop:" }
origin: { base_url: "\${ORIGIN_URL:-${originUrl}}", headers: { X-Token: s3cret } }
defaults: { ttl: 5m, ttl_jitter: 10%, timeout: 5s, retries: 0 }
scopes:
  homepage:
    entries:
      - { key: "page:slow", path: /slow }
      - { key: "page:second", path: /second }
  slow: { entries: [{ key: "page:slow", path: /slow }] }
  fast: { entries: [{ key: "page:fast", path: /fast }] }
  items:
    entries:
      - { key: "item:{id}", path: "/item?id={id}", foreach: { from: range, start: 1, end: 40, as: id } }
  listed:
    entries:
      - { key: "item:{id}", path: "/item?id={id}", foreach: { from: http, path: /ids, select: "results[*].id", as: id } }
  broken: { entries: [{ key: "page:fail", path: /fail }] }
  flaky: { entries: [{ key: "page:flaky", path: /flaky }] }
  hanging: { entries: [{ key: "page:hang", path: /hang, timeout: 50ms }] }
  empty: { entries: [{ key: "page:empty", path: /empty }] }
  short: { entries: [{ key: "page:short", path: /fast, ttl: 1ms }] }
  languages:
    entries:
      - { key: "home:{lang}", path: /fast, matrix: { lang: [en, fr] }, headers: { Accept-Language: "{lang}" } }
`;

/** One place for all tests of a file, empty before each; call the result inside of tests only. */
export function useLoadtestPlace(): () => Place {
  let place: Place | undefined;
  beforeAll(async () => {
    place = await setUp();
  });
  beforeEach(async () => {
    place?.origin.reset();
    await place?.redis.call('FLUSHALL');
  });
  afterAll(async () => {
    await Promise.all([place?.redis.stop(), place?.origin.stop()]);
    if (place !== undefined) await rm(place.folder, { recursive: true, force: true });
  });
  return () => {
    if (place === undefined) throw new Error('outside of a test');
    return place;
  };
}

async function setUp(): Promise<Place> {
  const [redis, origin, folder, closedPort] = await Promise.all([
    startTestRedis(),
    startLoadtestOrigin(),
    mkdtemp(path.join(tmpdir(), 'cachectl-loadtest-')),
    deadPort(),
  ]);
  await writeFile(path.join(folder, 'cachectl.yaml'), specFile(redis.url, origin.url));
  return {
    redis,
    origin,
    folder,
    deadPort: closedPort,
    loadtest: (args, options = {}) =>
      runMain(['loadtest', ...args.split(' ').filter((word) => word !== '')], { cwd: folder, ...options }),
    expiresAtMs: async (key) => Number(await redis.call('PEXPIRETIME', key)),
  };
}

/** The JSON document of a run. */
export function parse(result: RunResult): ReportJson {
  return JSON.parse(result.stdout) as ReportJson;
}
