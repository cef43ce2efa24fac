import fc from 'fast-check';
import { expect, it } from 'vitest';
import { PRODUCT_DEFAULTS, type EntrySpec } from '../../../src/config/spec.ts';
import { createLayout } from '../../../src/keys/layout.ts';
import type { TargetSettings } from '../../../src/warm/build-target.ts';
import { expandScope } from '../../../src/warm/expand.ts';
import type { Failure } from '../../../src/warm/failure.ts';
import { keyDigest, type KeyDigest } from '../../../src/warm/key-digest.ts';
import type { OpenScope } from '../../../src/warm/plan.ts';
import { SeenKeys, type KeyCheck } from '../../../src/warm/seen-keys.ts';
import { refuseMistakes, surveyScopes } from '../../../src/warm/survey.ts';

const settings: TargetSettings = {
  specPath: 'cachectl.yaml',
  origin: { baseUrl: 'http://origin.test', headers: {} },
  defaults: PRODUCT_DEFAULTS,
  layout: createLayout({ type: 'plain', prefix: 'p:' }),
  versions: new Map(),
};

/** Keys of these numbers, each requested at the path that stands beside it. */
interface Records {
  readonly rows: readonly (readonly [key: number, path: number])[];
  readonly limit: number | undefined;
}

function openScope(name: string, entries: readonly Records[], limit: number | undefined): OpenScope {
  const specs = entries.map(({ limit: ofEntry }, index): EntrySpec => ({
    key: 'k{key}',
    path: '/{path}',
    ttlSeconds: 60,
    ttlJitter: 0,
    headers: {},
    tags: [],
    at: { pointer: `/scopes/${name}/entries/${index}`, line: index + 1 },
    ...(ofEntry !== undefined && { limit: ofEntry }),
  }));
  return {
    scope: { name, entries: specs },
    limit,
    entries: specs.map((entry, index) => ({
      entry,
      source: {
        kind: 'open',
        source: {
          rows: () =>
            (entries[index]?.rows ?? []).map(([key, path]) => ({
              variables: { key: String(key), path: String(path) },
            })),
        },
      },
    })),
  };
}

/** What a walk makes of scopes, in words. */
async function walk(scopes: readonly OpenScope[], seen: KeyCheck | undefined) {
  const targets: string[] = [];
  const failures: Failure[] = [];
  let merged = 0;
  for (const open of scopes) {
    const expansion = expandScope(open, {
      settings,
      seen,
      onFailure: (failure) => failures.push(failure),
      onMerged: () => merged++,
    });
    for await (const { key, url } of expansion) targets.push(`${open.scope.name} ${key} ${url}`);
  }
  return { targets, merged, failures: failures.map(({ error }) => error.message) };
}

/** All keys look alike that agree in so many bits. */
const narrow =
  (bits: number): KeyDigest =>
  (key) => {
    const first = keyDigest(key)[0] ?? 0;
    return Uint16Array.of(0, 0, (first & (2 ** bits - 1)) + 1, 0);
  };

const records = fc.record<Records>({
  rows: fc.array(fc.tuple(fc.nat(30), fc.nat(1)), { maxLength: 25 }),
  limit: fc.option(fc.nat(10), { nil: undefined }),
});
const plans = fc.array(
  fc.tuple(fc.array(records, { maxLength: 3 }), fc.option(fc.nat(20), { nil: undefined })),
  { maxLength: 3 },
);

it('what comes twice is told exactly, limits or not, and however many keys only seem to', async () => {
  await fc.assert(
    fc.asyncProperty(plans, fc.constantFrom(0, 2, 4, 16), async (plan, bits) => {
      const scopes = plan.map(([entries, limit], index) => openScope(`s${index}`, entries, limit));
      const expected = await walk(scopes, new SeenKeys());
      const survey = await surveyScopes(scopes, {
        settings,
        maxTargets: 1_000,
        samples: 0,
        signal: new AbortController().signal,
        digest: narrow(bits),
      });
      expect(survey).toMatchObject({
        complete: true,
        targets: expected.targets.length,
        merged: expected.merged,
      });
      expect(survey.failures.map(({ error }) => error.message)).toEqual(expected.failures);
      // And so does the run, twice, with no more than the survey found.
      for (let run = 0; run < 2; run++) {
        survey.repeated?.restart();
        expect(await walk(scopes, survey.repeated)).toEqual(expected);
      }
    }),
    { numRuns: 200 },
  );
});

it('different requests for one key are refused, naming both entries, where another key only looks the same', async () => {
  const rows = (...keys: readonly number[]): Records => ({
    rows: keys.map((key) => [key, 1] as const),
    limit: undefined,
  });
  const options = {
    settings,
    maxTargets: 1_000,
    samples: 0,
    signal: new AbortController().signal,
    digest: narrow(0),
  };
  const merged = await surveyScopes([openScope('s', [rows(1, 2, 3), rows(2)], undefined)], options);
  expect(merged).toMatchObject({ targets: 3, merged: 1, failures: [] });
  const conflicting = openScope('s', [rows(1, 2, 3), { rows: [[2, 9]], limit: undefined }], undefined);
  const refused = await surveyScopes([conflicting], options);
  expect(refused).toMatchObject({ targets: 3, merged: 0 });
  expect(() => refuseMistakes(refused)).toThrow(
    'cachectl.yaml:1 and cachectl.yaml:2 both fill the key k2, with different requests',
  );
});
