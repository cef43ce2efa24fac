import type { Address } from '../addresses/address.ts';
import { parseAddressFlags } from '../addresses/parse.ts';
import { UsageError } from '../cli/errors.ts';
import { refuseIdle } from '../cli/idle-flags.ts';
import type { Input } from '../cli/input.ts';
import { parseSteps, STEPS, type Step } from '../values/formats.ts';

/** How much of a value is read and shown; nothing beyond it comes over the network, but whole items do. */
export interface ValueLimits {
  /** Of a string, and of each item of anything else. */
  readonly maxBytes: number;
  readonly maxItems: number;
  /** So much of a string is read to be decoded, and no decompression gives more; without it `maxBytes`. */
  readonly maxDecodeBytes?: number;
}

/** What `inspect` was asked for. */
export interface InspectOptions {
  /** Logical keys. Without any, and without addresses, somebody picks one. */
  readonly keys: readonly Buffer[];
  readonly addresses: readonly Address[];
  readonly limits: ValueLimits;
  readonly withValue: boolean;
  /** `undefined` finds out how a value was stored, none shows the bytes. */
  readonly steps: readonly Step[] | undefined;
  /** Where the bytes of a value go, as they are; `undefined` for a report. */
  readonly raw: { readonly file: string | undefined } | undefined;
  /** How often to look again, in milliseconds; `undefined` looks once. */
  readonly watchMs: number | undefined;
}

const DEFAULT_LIMITS = { maxBytes: 4 * 1024, maxItems: 20, maxDecodeBytes: 16 * 1024 * 1024 };
/** Shown values are held in memory, several times over in JSON: more is a job for redis-cli. */
const SIZES = { min: 1, max: 64 * 1024 * 1024 };
const MOST_ITEMS = 100_000;
/** How much of a value is shown, and how it is read. */
const SHOWING = ['max-bytes', 'max-items', 'decode', 'max-decode'];
const DEFAULT_INTERVAL_MS = 1_000;
const LEAST_INTERVAL_MS = 100;
const MOST_INTERVAL_MS = 3_600_000;

/**
 * @param canAsk whether somebody is there to pick a key where none is given
 * @throws UsageError
 */
export function parseInspectOptions(input: Input, canAsk: boolean): InspectOptions {
  const addresses = parseAddressFlags(input);
  if (input.args.length === 0 && addresses.length === 0 && !canAsk) {
    throw new UsageError('inspect needs KEY: a key to look at, or a framework address', {
      hint: 'on a terminal it lets you search for one; cachectl keys --pattern "user:*" lists keys anywhere',
    });
  }
  const steps = parseDecode(input.text('decode'));
  if (input.on('no-value')) refuseIdle(input, SHOWING, 'is about a value, and --no-value leaves it out');
  if (input.on('raw-value'))
    refuseIdle(input, SHOWING, 'is about how a value is shown, and --raw-value writes it as it is stored');
  if (steps?.length === 0)
    refuseIdle(input, ['max-decode'], 'is about decoding, and --decode none decodes nothing');
  return {
    keys: input.bytes(input.args),
    addresses,
    limits: {
      maxBytes: input.sizeBytes('max-bytes', SIZES) ?? DEFAULT_LIMITS.maxBytes,
      maxDecodeBytes:
        steps?.length === 0 ? 0 : (input.sizeBytes('max-decode', SIZES) ?? DEFAULT_LIMITS.maxDecodeBytes),
      maxItems: input.wholeNumber('max-items', { min: 1, max: MOST_ITEMS }) ?? DEFAULT_LIMITS.maxItems,
    },
    withValue: !input.on('no-value'),
    steps,
    raw: parseRaw(input, addresses.length),
    watchMs: parseWatch(input),
  };
}

function parseDecode(list: string | undefined): readonly Step[] | undefined {
  if (list === undefined) return undefined;
  const steps = parseSteps(list);
  if ('unknown' in steps) {
    throw new UsageError(`--decode does not know "${steps.unknown}"`, {
      hint: `a list such as zlib,pickle of ${STEPS.join(', ')}; or none`,
    });
  }
  return steps;
}

function parseWatch(input: Input): number | undefined {
  const intervalMs = input.waitMs('interval');
  if (!input.on('watch')) {
    if (intervalMs !== undefined)
      throw new UsageError('--interval says how often --watch looks', { hint: 'add --watch' });
    return undefined;
  }
  if (input.on('json') || input.text('output') === 'json') {
    throw new UsageError('--watch has no end, and so no single JSON document', {
      hint: '-o ndjson prints one record for each change',
    });
  }
  if (input.on('raw-value')) throw new UsageError('--raw-value and --watch contradict each other');
  if (intervalMs !== undefined && (intervalMs < LEAST_INTERVAL_MS || intervalMs > MOST_INTERVAL_MS))
    throw new UsageError('--interval goes from 100ms to 1h');
  return intervalMs ?? DEFAULT_INTERVAL_MS;
}

function parseRaw(input: Input, addresses: number): InspectOptions['raw'] {
  const to = input.text('to');
  // As everywhere else, - is the stream and no file of that name.
  const file = to === '-' ? undefined : to;
  if (!input.on('raw-value')) {
    if (to !== undefined)
      throw new UsageError('--to is where --raw-value writes to', { hint: 'add --raw-value' });
    return undefined;
  }
  if (file === undefined && (input.on('json') || input.text('output') === 'json')) {
    throw new UsageError('--raw-value and --json would both write to stdout', { hint: 'add --to FILE' });
  }
  // None at all is one that somebody picks.
  if (input.args.length + addresses > 1)
    throw new UsageError('--raw-value writes the value of one key, and no more');
  if (input.on('no-value')) throw new UsageError('--raw-value and --no-value contradict each other');
  return { file };
}
