import { CachectlError } from '../../cli/errors.ts';
import type { RedisClient } from '../../redis/types.ts';
import { formatBytes } from '../../units/bytes.ts';
import { countOf, formatPercent } from '../../units/number.ts';
import { compress } from '../../values/compression/compress.ts';
import { estimateKeys } from '../estimate.ts';
import { BIG_STRING_BYTES } from '../figures.ts';
import type { Pattern } from '../prefixes.ts';
import type { AnalyzeReport } from '../report.ts';
import type { Finding } from './finding.ts';

/** Less is not worth a change of the application. */
const LEAST_BYTES = 1024 * 1024;
/** Patterns whose values are read, the largest. */
const MOST_PATTERNS = 10;
/** More of one value tells nothing new. */
const MOST_VALUE_BYTES = 256 * 1024;
/** Compressed values get at most a tenth smaller; what saves less than a third costs more time than it is worth. */
const LEAST_SAVING = 1 / 3;

/** Big strings that would be a good deal smaller compressed, measured on some values of each pattern. */
export async function compressible(report: AnalyzeReport, client: RedisClient): Promise<readonly Finding[]> {
  const candidates = report.patterns
    .map((pattern) => ({ pattern, ...scaled(pattern, report) }))
    .filter(({ bytes }) => bytes >= LEAST_BYTES)
    .toSorted((a, b) => b.bytes - a.bytes)
    .slice(0, MOST_PATTERNS);
  const found: Finding[] = [];
  for (const { pattern, count, bytes } of candidates) {
    const measured = await measure(pattern.own.bigStrings.items, client);
    if (measured === undefined || measured.saving < LEAST_SAVING) continue;
    found.push({
      code: 'values.compress',
      severity: 'notice',
      subject: pattern.name,
      title: `compressed, ${pattern.name} would take about ${formatBytes(bytes * measured.saving)} less`,
      evidence: [
        `${countOf(count, 'value')} of ${formatBytes(BIG_STRING_BYTES)} and more take ${formatBytes(bytes)}`,
        `${countOf(measured.values, 'value')} that were read became ${formatPercent(1 - measured.saving)} of their size with zlib`,
      ],
      mend: mendFor(report),
    });
  }
  return found;
}

function scaled(
  { own }: Pattern,
  { scale }: AnalyzeReport,
): { readonly count: number; readonly bytes: number } {
  const count = estimateKeys(own.bigStringCount, scale).value;
  return { count, bytes: own.bigStringCount === 0 ? 0 : (own.bigStringBytes / own.bigStringCount) * count };
}

async function measure(
  keys: readonly Buffer[],
  client: RedisClient,
): Promise<{ readonly values: number; readonly saving: number } | undefined> {
  let values = 0;
  let before = 0;
  let after = 0;
  for (const { node, indexes } of await client.nodesFor(keys, { reading: true })) {
    const asked = indexes.flatMap((index) => keys[index] ?? []);
    const replies = await node.pipeline(asked.map((key) => ['GETRANGE', key, 0, MOST_VALUE_BYTES - 1]));
    for (const value of replies) {
      // Gone meanwhile, or not to be read.
      if (value instanceof CachectlError || !Buffer.isBuffer(value) || value.length === 0) continue;
      values++;
      before += value.length;
      after += Math.min(value.length, (await compress(value, 'zlib')).length);
    }
  }
  return values === 0 ? undefined : { values, saving: 1 - after / before };
}

function mendFor({ layout }: AnalyzeReport): readonly string[] {
  return layout.type === 'django'
    ? ['"COMPRESSOR": "django_redis.compressors.zlib.ZlibCompressor"   # under OPTIONS of the cache']
    : ['compress: zlib   # in the entry of the spec file, where the application reads that'];
}
