import type { Address } from '../addresses/address.ts';
import { parseAddressFlags } from '../addresses/parse.ts';
import { UsageError } from '../cli/errors.ts';
import type { Input } from '../cli/input.ts';
import { BYTES_FORM, parseBytes } from '../units/bytes.ts';

/** How much of a value is read and shown; nothing beyond it comes over the network, but whole items do. */
export interface ValueLimits {
  /** Of a string, and of each item of anything else. */
  readonly maxBytes: number;
  readonly maxItems: number;
}

/** What `inspect` was asked for. */
export interface InspectOptions {
  /** Logical keys. */
  readonly keys: readonly Buffer[];
  readonly addresses: readonly Address[];
  readonly limits: ValueLimits;
  readonly withValue: boolean;
}

const DEFAULT_LIMITS: ValueLimits = { maxBytes: 4 * 1024, maxItems: 20 };
/** Shown values are held in memory, several times over in JSON: more is a job for redis-cli. */
const MOST_BYTES = 64 * 1024 * 1024;
const MOST_ITEMS = 100_000;

/** @throws UsageError */
export function parseInspectOptions(input: Input): InspectOptions {
  const addresses = parseAddressFlags(input);
  if (input.args.length === 0 && addresses.length === 0) {
    throw new UsageError('inspect needs KEY: a key to look at, or a framework address', {
      hint: 'see cachectl inspect --help',
    });
  }
  return {
    keys: input.bytes(input.args),
    addresses,
    limits: {
      maxBytes: parseMaxBytes(input.text('max-bytes')) ?? DEFAULT_LIMITS.maxBytes,
      maxItems: input.wholeNumber('max-items', { min: 1, max: MOST_ITEMS }) ?? DEFAULT_LIMITS.maxItems,
    },
    withValue: !input.on('no-value'),
  };
}

function parseMaxBytes(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const bytes = parseBytes(text);
  if (bytes === undefined) throw new UsageError(`--max-bytes takes ${BYTES_FORM}, not "${text}"`);
  if (bytes < 1 || bytes > MOST_BYTES)
    throw new UsageError(`--max-bytes goes from 1 byte to 64MB, and ${text} is not`);
  return bytes;
}
