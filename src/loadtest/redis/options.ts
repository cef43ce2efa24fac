import { UsageError } from '../../cli/errors.ts';
import type { Input } from '../../cli/input.ts';
import { BYTES_FORM, formatBytes, meantBytes, parseBytes } from '../../units/bytes.ts';
import { parseMix, type MixCommand } from './mix.ts';

/** Load on Redis itself. */
export interface RedisLoadOptions {
  readonly mix: readonly MixCommand[];
  /** Different keys of each kind. */
  readonly keys: number;
  readonly sizes: { readonly minBytes: number; readonly maxBytes: number };
  /** Commands in one exchange. */
  readonly pipeline: number;
}

/** Flags that only load on Redis has a use for. */
export const REDIS_LOAD_FLAGS = ['mix', 'keys', 'value-size', 'pipeline'] as const;

const DEFAULT_KEYS = 10_000;
const DEFAULT_SIZE = '100';
const MAX_KEYS = 10_000_000;
const LARGEST_VALUE = 64 * 1024 * 1024;

/** @throws UsageError */
export function parseRedisLoad(input: Input): RedisLoadOptions {
  return {
    mix: parseMix(input.text('mix') ?? 'get:90,set:10'),
    keys: input.wholeNumber('keys', { min: 1, max: MAX_KEYS }) ?? DEFAULT_KEYS,
    sizes: parseSizes(input.text('value-size') ?? DEFAULT_SIZE),
    pipeline: input.wholeNumber('pipeline', { min: 1, max: 10_000 }) ?? 1,
  };
}

function parseSizes(text: string): RedisLoadOptions['sizes'] {
  const [from = '', to = from] = text.split('-');
  const [minBytes, maxBytes] = [parseBytes(from), parseBytes(to)];
  if (maxBytes !== undefined && maxBytes > LARGEST_VALUE) {
    throw new UsageError(`--value-size takes at most ${formatBytes(LARGEST_VALUE)}, not "${text}"`);
  }
  if (minBytes === undefined || maxBytes === undefined || minBytes > maxBytes) {
    const meant = meantBytes(text);
    throw new UsageError(`--value-size takes ${BYTES_FORM}, or a range such as 100-2KB, not "${text}"`, {
      hint: meant === undefined ? undefined : `did you mean --value-size ${meant}?`,
    });
  }
  return { minBytes, maxBytes };
}
