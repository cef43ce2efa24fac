import type { Unpacked } from './compression/unpacked.ts';
import type { DecodeBudget } from './decode-budget.ts';
import type { ReadResult } from './serialization/read-result.ts';

/** What undoes a compression. */
export type Unpack = (bytes: Buffer, budget: DecodeBudget) => Unpacked | Promise<Unpacked>;
/** What reads serialized values. */
export type Read = (bytes: Buffer, budget: DecodeBudget) => ReadResult;

/** The compressions by name; the code of each is loaded when it is needed. */
export const COMPRESSIONS = {
  gzip: async () => (await import('./compression/node-zlib.ts')).unpackGzip,
  zlib: async () => (await import('./compression/node-zlib.ts')).unpackZlib,
  brotli: async () => (await import('./compression/node-zlib.ts')).unpackBrotli,
  zstd: async () => (await import('./compression/zstd.ts')).unpackZstd,
  lz4: async () => (await import('./compression/lz4.ts')).unpackLz4,
  snappy: async () => (await import('./compression/snappy.ts')).unpackSnappy,
  xz: async () => (await import('./compression/xz.ts')).unpackXz,
} as const satisfies Readonly<Record<string, () => Promise<Unpack>>>;

/** The serializations by name; the code of each is loaded when it is needed. */
export const READERS = {
  pickle: async () => (await import('./serialization/pickle-reader.ts')).readPickle,
  php: async () => (await import('./serialization/php-reader.ts')).readPhp,
  igbinary: async () => (await import('./serialization/igbinary-reader.ts')).readIgbinary,
  marshal: async () => (await import('./serialization/marshal-reader.ts')).readMarshal,
  msgpack: async () => (await import('./serialization/msgpack-reader.ts')).readMsgpack,
  http: async () => (await import('./serialization/http-reader.ts')).readHttp,
  hyperloglog: async () => (await import('./serialization/hyperloglog-reader.ts')).readHyperLogLog,
  java: async () => (await import('./serialization/java-reader.ts')).readJava,
} as const satisfies Readonly<Record<string, () => Promise<Read>>>;

export type Compression = keyof typeof COMPRESSIONS;
export type Serialization = keyof typeof READERS;
/** What frameworks put around a value, besides compression. */
export type Envelope = 'rails' | 'symfony';
/** One step that `--decode` can name. `text` and `json` are what is shown without any further step. */
export type Step = Compression | Serialization | Envelope | 'json' | 'text';

export const isCompression = (name: string): name is Compression => Object.hasOwn(COMPRESSIONS, name);
export const isSerialization = (name: string): name is Serialization => Object.hasOwn(READERS, name);

/** All steps, in the order in which help names them. */
export const STEPS: readonly Step[] = [
  ...Object.keys(COMPRESSIONS).filter(isCompression),
  'rails',
  'symfony',
  'json',
  ...Object.keys(READERS).filter(isSerialization),
  'text',
];

const ALIASES: Readonly<Record<string, Step>> = {
  lzma: 'xz',
  zstandard: 'zstd',
  serialize: 'php',
  utf8: 'text',
};

/**
 * The steps of a list such as `zlib,pickle`; none of `none`, which shows the bytes.
 * @returns the first name that is no step, where there is one
 */
export function parseSteps(list: string): readonly Step[] | { readonly unknown: string } {
  const names = list.split(',').map((name) => name.trim().toLowerCase());
  if (names.length === 1 && (names[0] === 'none' || names[0] === 'hex')) return [];
  const steps: Step[] = [];
  for (const name of names) {
    const step =
      STEPS.find((candidate) => candidate === name) ??
      (Object.hasOwn(ALIASES, name) ? ALIASES[name] : undefined);
    if (step === undefined) return { unknown: name };
    steps.push(step);
  }
  return steps;
}
