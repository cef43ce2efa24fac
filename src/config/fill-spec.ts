/** How an entry is filled, as features use it: checked, units in the names. */

/** Everything about an entry that does not say what is requested, but what becomes of the answer. */
export interface FillSpec {
  /** `store`: write the answer. `touch`: only call the endpoint, because the application fills its own cache. */
  readonly mode: 'store' | 'touch';
  readonly value: ValueForm;
  /** JMESPath: the part of a JSON answer that is stored; only with `value: 'json'`. */
  readonly select?: string;
  /** Names of the answer's headers that an envelope keeps, in lower case. */
  readonly keepHeaders: readonly string[];
  readonly compress?: CompressSpec;
  readonly serializer: Serializer;
  /** An entry with more life left than this is not requested again. */
  readonly freshForMs?: number;
  /** Store also what the origin marks as meant for one visitor. */
  readonly allowPrivate: boolean;
  /** Remember validators beside the entry, and ask with them the next time. */
  readonly conditional: boolean;
  /** Seconds come from the answer's headers; the entry's own TTL where they say nothing. */
  readonly ttlFromOrigin: boolean;
  readonly check: CheckSpec;
  /** Only with `touch`: templates of the keys, or patterns, that have to be there afterwards; the entry's key where absent. */
  readonly expectKeys?: readonly string[];
  readonly expectTtl: TtlRange;
  /** Only with `touch`: what a header of the second answer has to contain to prove a hit. */
  readonly certifyHeader?: { readonly name: string; readonly value: string };
}

/** `body`: the exact bytes. `json`: the document or a part of it. `envelope`: status, headers and body. */
export type ValueForm = 'body' | 'json' | 'envelope';

/** How data becomes bytes. */
export type Serializer = 'raw' | 'json' | 'pickle' | 'php' | 'msgpack' | 'keyv';

/** How big values are made smaller. */
export interface CompressSpec {
  readonly type: Compression;
  /** Smaller values stay as they are. */
  readonly aboveBytes: number;
}

/** The compressions that entries may name. */
export type Compression = 'gzip' | 'zlib' | 'brotli' | 'zstd';

/** What an answer has to be like before it is stored. Nothing is asked for where a field is absent. */
export interface CheckSpec {
  /** In place of "200 to 299". */
  readonly status?: readonly number[];
  /** `application/json`, `text/*`; parameters do not matter. */
  readonly contentType?: string;
  readonly minBytes?: number;
  readonly maxBytes?: number;
  /** A regular expression that the body, as UTF-8, has to match. */
  readonly matches?: string;
  /** JMESPath that has to find something. */
  readonly jsonPath?: string;
  /** What each header has to contain; `*`: anything, as long as it is there. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Bounds of a time to live, both included. */
export interface TtlRange {
  readonly minSeconds?: number;
  readonly maxSeconds?: number;
}

/** What an HTTP cache needs to answer from an envelope (RFC 9111, 3.1), without what concerns one connection. */
const DEFAULT_KEPT_HEADERS: readonly string[] = [
  'cache-control',
  'content-encoding',
  'content-language',
  'content-type',
  'etag',
  'expires',
  'last-modified',
  'location',
  'vary',
];

/** How an entry is filled that says nothing about it: the answer's exact bytes. */
export const DEFAULT_FILL: FillSpec = {
  mode: 'store',
  value: 'body',
  keepHeaders: DEFAULT_KEPT_HEADERS,
  serializer: 'raw',
  allowPrivate: false,
  conditional: true,
  ttlFromOrigin: false,
  check: {},
  expectTtl: {},
};

/** A value smaller than this gains nothing from being compressed. */
export const DEFAULT_COMPRESS_ABOVE_BYTES = 1_024;
