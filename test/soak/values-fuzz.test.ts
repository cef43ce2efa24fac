import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { renderShown, renderShownInline } from '../../src/values/render-decoded.ts';
import { showValue } from '../../src/values/shown-value.ts';
import { shownJson } from '../../src/values/value-json.ts';
import { REAL_VECTORS } from '../unit/values/real-vectors.ts';

const VALUES = Number(process.env['CACHECTL_FUZZ_VALUES'] ?? 100_000);
/** What no value may take; measured again where collecting garbage of others fell into it. */
const MOST_MS = 100;
/** What may be kept after so many values: code that is compiled once, a table here and there. */
const MOST_KEPT_BYTES = 10 * 1024 * 1024;

/** Reproducible chance: the seed is in every failure. */
function chance(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const CORPUS = REAL_VECTORS.map(({ base64 }) => Buffer.from(base64, 'base64'));
const INTERESTING = [0, 1, 0x7f, 0x80, 0xff, 0x2e, 0x28, 0x52, 0x62, 0x68, 0x5b, 0x94, 0xdd, 0xdf];

/** A real value with a few bytes changed, cut out, repeated or taken from another one. */
function mutate(below: (limit: number) => number): Buffer {
  let bytes = Buffer.from(CORPUS[below(CORPUS.length)] ?? Buffer.alloc(1));
  for (let changes = 1 + below(6); changes > 0 && bytes.length > 0; changes--) {
    const at = below(bytes.length);
    const length = 1 + below(Math.min(64, bytes.length - at));
    switch (below(7)) {
      case 0:
        bytes[at] = below(256);
        break;
      case 1:
        bytes[at] = INTERESTING[below(INTERESTING.length)] ?? 0;
        break;
      case 2:
        bytes = bytes.subarray(0, at);
        break;
      case 3:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]);
        break;
      case 4:
        bytes = Buffer.concat([bytes.subarray(0, at + length), bytes.subarray(at)]);
        break;
      case 5: {
        const other = CORPUS[below(CORPUS.length)] ?? bytes;
        bytes = Buffer.concat([bytes.subarray(0, at), other.subarray(below(other.length))]);
        break;
      }
      default:
        bytes.fill(below(256), at, at + Math.min(length, 4));
    }
  }
  return bytes;
}

const request = {
  steps: undefined,
  maxBytes: 4_096,
  maxDecodeBytes: 16 * 1024 * 1024,
  nowMs: () => performance.now(),
};

/**
 * What showing a value in every way takes, in milliseconds: of this process's own time where another one had the
 * processor meanwhile, and of the clock's where garbage was collected beside it.
 */
async function timeOf(bytes: Buffer): Promise<number> {
  const start = performance.now();
  const used = process.cpuUsage();
  const shown = await showValue({ start: bytes, totalBytes: bytes.length }, request);
  const block = renderShown(shown, { width: undefined, unicode: true });
  const line = renderShownInline(shown, { unicode: true });
  const json = JSON.stringify(shownJson(shown));
  const { user, system } = process.cpuUsage(used);
  const elapsed = Math.min(performance.now() - start, (user + system) / 1_000);
  if (block.length + line.length + json.length > 400_000)
    throw new Error('far more is shown than was asked for');
  // eslint-disable-next-line no-control-regex -- what must never be shown
  if (/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/.test(block + line))
    throw new Error('a control character is shown');
  return elapsed;
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Bytes that something still refers to. */
function kept(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

test(`${VALUES} damaged values: none is a crash or takes long, and memory stays flat`, async () => {
  const seed = Number(process.env['CACHECTL_FUZZ_SEED'] ?? Date.now() % 1_000_000);
  const below = chance(seed);
  const resident: number[] = [];
  const held: number[] = [];
  let slowest = 0;
  for (let index = 0; index < VALUES; index++) {
    const bytes = mutate(below);
    const what = `seed ${seed}, value ${index}: ${bytes.toString('base64')}`;
    let elapsed: number;
    try {
      elapsed = await timeOf(bytes);
      for (let again = 0; again < 3 && elapsed > MOST_MS; again++) elapsed = await timeOf(bytes);
    } catch (error) {
      throw new Error(what, { cause: error });
    }
    if (elapsed > MOST_MS) throw new Error(`${Math.round(elapsed)} ms, ${what}`);
    slowest = Math.max(slowest, elapsed);
    if ((index + 1) % Math.ceil(VALUES / 10) === 0) {
      resident.push(process.memoryUsage.rss());
      held.push(kept());
    }
  }
  const megabytes = (amounts: readonly number[]): string =>
    amounts.map((amount) => Math.round(amount / 1024 ** 2)).join(' ');
  console.log(
    `seed ${seed}: slowest ${slowest.toFixed(1)} ms; MB: ${megabytes(resident)}, kept ${megabytes(held)}`,
  );
  // The first fifth warms up: code is loaded and compiled.
  const [, early = 0] = held;
  expect(held.at(-1)).toBeLessThan(early + MOST_KEPT_BYTES);
  const [, first = 0] = resident;
  expect(Math.max(...resident)).toBeLessThan(first + 150 * 1024 ** 2);
});
