import { DEFAULT_COMPRESS_ABOVE_BYTES, DEFAULT_FILL, type CheckSpec, type FillSpec } from './fill-spec.ts';
import type { EntryFile } from './schema.ts';
import { mapEntries, type SourceNode } from './source-tree.ts';

/** What stands for "as long as the origin says" where a TTL is expected. */
export const ORIGIN_TTL = 'origin';

/** The keys of an entry that are about filling it. */
const FILL_KEYS = [
  'mode',
  'value',
  'select',
  'keep_headers',
  'compress',
  'serializer',
  'fresh_for',
  'allow_private',
  'conditional',
  'check',
  'expect_keys',
  'expect_ttl',
  'certify_header',
] as const satisfies readonly (keyof EntryFile)[];

/**
 * How an entry is filled; `undefined` where it says nothing about it.
 * @param headerNode `check.header`: its values keep the text they were written as
 */
export function buildFill(file: EntryFile, headerNode: SourceNode | undefined): FillSpec | undefined {
  const ttlFromOrigin = file.ttl === ORIGIN_TTL;
  if (!ttlFromOrigin && FILL_KEYS.every((key) => file[key] === undefined)) return undefined;
  const value = file.value ?? DEFAULT_FILL.value;
  return {
    mode: file.mode ?? DEFAULT_FILL.mode,
    value,
    ...(file.select !== undefined && { select: file.select }),
    keepHeaders: file.keep_headers?.map((name) => name.toLowerCase()) ?? DEFAULT_FILL.keepHeaders,
    ...(file.compress !== undefined && {
      compress: { type: file.compress, aboveBytes: file.compress_above ?? DEFAULT_COMPRESS_ABOVE_BYTES },
    }),
    // Data has no bytes of its own: JSON is what everybody reads.
    serializer: file.serializer ?? (value === 'body' ? 'raw' : 'json'),
    ...(file.fresh_for !== undefined && { freshForMs: file.fresh_for * 1_000 }),
    allowPrivate: file.allow_private ?? DEFAULT_FILL.allowPrivate,
    conditional: file.conditional ?? DEFAULT_FILL.conditional,
    ttlFromOrigin,
    check: buildCheck(file.check, headerNode),
    ...(file.expect_keys !== undefined && { expectKeys: file.expect_keys }),
    expectTtl: {
      ...(file.expect_ttl?.min !== undefined && { minSeconds: file.expect_ttl.min }),
      ...(file.expect_ttl?.max !== undefined && { maxSeconds: file.expect_ttl.max }),
    },
    ...(file.certify_header !== undefined && { certifyHeader: file.certify_header }),
  };
}

function buildCheck(file: EntryFile['check'], headerNode: SourceNode | undefined): CheckSpec {
  if (file === undefined) return {};
  const headers = mapEntries(headerNode).map(([name, { node }]): [string, string] => [
    name.toLowerCase(),
    node.kind === 'scalar' ? node.text : '',
  ]);
  return {
    ...(file.status !== undefined && { status: file.status }),
    ...(file.content_type !== undefined && { contentType: file.content_type.toLowerCase() }),
    ...(file.min_bytes !== undefined && { minBytes: file.min_bytes }),
    ...(file.max_bytes !== undefined && { maxBytes: file.max_bytes }),
    ...(file.matches !== undefined && { matches: file.matches }),
    ...(file.json_path !== undefined && { jsonPath: file.json_path }),
    ...(headers.length > 0 && { headers: Object.fromEntries(headers) }),
  };
}
