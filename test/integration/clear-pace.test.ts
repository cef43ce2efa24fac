import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { PLACE_KINDS, startPlace, type Place } from '../support/place.ts';
import { runMain } from '../support/run-main.ts';

const KEYS = 3_000;
const RATE = ['--rate', '2500/s'];
/** What it takes at least, in ms. A step is a tenth of a second's worth; the last two of each primary are not waited for. */
const LEAST_MS = (KEYS / 2_500) * 1_000 - 2 * 3 * 100;

describe.each(PLACE_KINDS)('the pace of work on many keys, on a %s', (kind) => {
  let place: Place;
  beforeAll(async () => {
    place = await startPlace(kind);
  });
  afterAll(() => place.stop());
  beforeEach(async () => {
    await place.flush();
    await place.send(Array.from({ length: KEYS }, (_, id) => ['SET', `user:${id}`, 'value'] as const));
  });

  const run = (...argv: readonly string[]) => runMain(argv, { env: { CACHECTL_URL: place.url } });

  test.each([
    ['the short way', ['clear', '--pattern', 'user:*']],
    ['asking about each key', ['clear', '--pattern', 'user:*', '--ttl', 'none']],
    ['with lives that end instead of removals', ['clear', '--pattern', 'user:*', '--soft', '1h']],
    ['with new lives', ['ttl', '--pattern', 'user:*', '--set', '1h']],
  ])('goes no faster than --rate, and says what others felt: %s', async (_, line) => {
    const { code, stdout } = await run(...line, ...RATE, '--json');
    expect(code).toBe(0);
    const report = JSON.parse(stdout) as Record<string, unknown>;
    expect(report).toMatchObject({ matched: KEYS, others_latency: { limit_ms: 10 } });
    expect(report['elapsed_ms']).toBeGreaterThan(LEAST_MS);
    const felt = report['others_latency'] as Readonly<Record<string, number>>;
    expect(felt['samples']).toBeGreaterThan(0);
    expect(felt['p50_ms']).toBeLessThanOrEqual(felt['p99_ms'] ?? 0);
    expect(felt['p99_ms']).toBeLessThanOrEqual(felt['max_ms'] ?? 0);
  });

  test('takes no limit on latency with off, and another one with a duration', async () => {
    for (const [given, limit] of [
      ['off', null],
      ['2ms', 2],
    ] as const) {
      const line = ['clear', '--pattern', `user:${limit ?? 1}*`, '--rate', '1000/s', '--max-latency', given];
      const report = JSON.parse((await run(...line, '--json')).stdout) as Record<string, unknown>;
      expect(report).toMatchObject({ others_latency: { limit_ms: limit } });
    }
  });

  test('new lives tell people what others felt, and a dry run, which writes nothing, has no pace', async () => {
    const line = ['ttl', '--pattern', 'user:*', '--cap', '1h'];
    // Long enough to be told, also without the steps that are not waited for.
    const slow = await run(...line, '--rate', '1500/s', '--max-latency', 'off');
    expect(slow).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(
        /^Changed .*\nOther clients waited .* \(p50\), .* \(p99\), .* at most\n\n/,
      ) as string,
    });
    const dry = JSON.parse((await run(...line, '--rate', '10/s', '--dry-run', '--json')).stdout) as unknown;
    expect(dry).toMatchObject({ matched: KEYS, changed: 0, others_latency: null });
    expect(await run(...line, '--rate', 'fast')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--rate takes') as string,
    });
  });

  test('has no pace to hold where everything goes at once', async () => {
    for (const flag of [
      ['--rate', '10/s'],
      ['--max-latency', '2ms'],
    ]) {
      expect(await run('clear', '--all', '--flush', ...flag)).toMatchObject({
        code: 2,
        stdout: '',
        stderr: expect.stringContaining('--flush is one command, and so has no pace') as string,
      });
    }
    expect(await place.keys()).toHaveLength(KEYS);
  });
});
