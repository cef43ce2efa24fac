import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { PLACE_KINDS, startPlace, type Place } from '../support/place.ts';
import { BINARY, runBinary, startBinary } from '../support/run-binary.ts';
import { until } from '../support/until.ts';

/** A key with every byte but NUL, one with line feeds, one of ten megabytes, one that is empty. */
const STRANGE = [
  Buffer.from(Array.from({ length: 255 }, (_, i) => i + 1)),
  Buffer.from('line\nbreak\r\n'),
  Buffer.alloc(10 * 1024 * 1024, 'k'),
  Buffer.alloc(0),
  Buffer.from('{"key":"x"}'),
  Buffer.from('-p'),
];

/** For ten megabytes of a key, to which a machine may give little of its time: clear asks for the least. */
const PATIENT = ['--command-timeout', '2m'];

describe.each(PLACE_KINDS)('on a %s', (kind) => {
  let place: Place;
  let folder: string;
  beforeAll(async () => {
    place = await startPlace(kind);
    folder = await mkdtemp(path.join(tmpdir(), 'cachectl-test-'));
  });
  afterAll(async () => {
    await Promise.all([place.stop(), rm(folder, { recursive: true })]);
  });
  beforeEach(() => place.flush());
  const env = () => ({ CACHECTL_URL: place.url });
  const store = (keys: readonly (Buffer | string)[]) =>
    place.send(keys.map((key) => ['SET', key, 'v'] as const));
  const sorted = (keys: readonly Buffer[]) => [...keys].sort((a, b) => Buffer.compare(a, b));

  /** The bytes that the program wrote. */
  async function bytesOf(argv: readonly string[]): Promise<Buffer> {
    const child = startBinary(argv, { env: env() });
    child.stdin.end();
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect(code).toBe(0);
    return Buffer.concat(chunks);
  }

  test.each([
    ['NUL', ['-0'], ['-0']],
    ['JSON lines', ['-o', 'ndjson'], []],
  ])('lists keys of any bytes as %s, which clear takes back and removes exactly', async (_, list, take) => {
    await store([...STRANGE, 'other']);
    const listed = await bytesOf(['keys', '--exclude', 'other', ...PATIENT, ...list]);
    if (list[0] === '-0') {
      const expected = Buffer.concat(sorted(STRANGE).flatMap((key) => [key, Buffer.alloc(1)]));
      expect(listed.length).toBe(expected.length);
    }
    const child = startBinary(['clear', '--keys-from', '-', ...PATIENT, ...take, '--json'], { env: env() });
    child.stdin.end(listed);
    let report = '';
    child.stdout.on('data', (chunk: Buffer) => (report += chunk.toString()));
    await new Promise((resolve) => child.on('close', resolve));
    expect(JSON.parse(report)).toMatchObject({
      matched: STRANGE.length,
      removed: STRANGE.length,
      already_gone: 0,
    });
    expect((await place.keys()).map(String)).toEqual(['other']);
  });

  test('a pipe that is closed early is no error, and ends the work', async () => {
    for (let start = 0; start < 50_000; start += 10_000)
      await store(Array.from({ length: 10_000 }, (_, i) => `key:${start + i}`));
    const child = spawn(
      '/bin/sh',
      ['-c', `"${process.execPath}" "${BINARY}" keys --with type,ttl | head -n 3; echo "$?"`],
      { env: { PATH: process.env['PATH'] ?? '', ...env() }, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
    await new Promise((resolve) => child.on('close', resolve));
    expect(out).toMatch(/^type +ttl {2}key\nstring +none {2}key:\d+\nstring +none {2}key:\d+\n0\n$/);
    expect(err).toBe('');
  });

  test('a run that is killed has removed nothing that is not in its backup', async () => {
    const keys = Array.from({ length: 30_000 }, (_, i) => Buffer.from(`user:${i}`));
    for (const [attempt, wanted] of [1, 5_000, 15_000].entries()) {
      await place.flush();
      await store(keys);
      const backup = path.join(folder, `killed-${attempt}.bak`);
      const child = startBinary(['clear', '--pattern', 'user:*', '--backup', backup], { env: env() });
      const ended = new Promise<void>((resolve) => child.on('close', () => resolve()));
      const size = async () => {
        const sizes = await Promise.all((await place.client.primaries()).map((node) => node.call('DBSIZE')));
        return sizes.map(Number).reduce((a, b) => a + b, 0);
      };
      // With pauses: clear leaves the processor to whoever wants it, and a test that looks without a break would take all of it.
      await until(async () => (await size()) <= keys.length - wanted || child.exitCode !== null, 150_000);
      child.kill('SIGKILL');
      await ended;
      const left = await place.keys();
      const restored = await runBinary(['restore', backup, '--json'], { env: env() });
      expect([0, 5]).toContain(restored.code);
      expect(left.length).toBeLessThan(keys.length);
      expect(await place.keys()).toEqual(sorted(keys));
    }
    // Three times thirty thousand keys are written, dumped and restored.
  }, 180_000);
});
