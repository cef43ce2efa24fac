import type { Compression, Serialization } from './formats.ts';
import { PHP_START } from './php-start.ts';

/** A format without a magic number, and what its first bytes must at least be. */
interface Guess {
  readonly format: Compression | Serialization;
  readonly fits: (bytes: Buffer) => boolean;
}

/** Shorter values are too likely to fit by chance. */
const SHORTEST_COMPRESSED = 8;

/** Tried in this order on bytes that are not text; the likelier to fit by chance the later. */
export const GUESSES: readonly Guess[] = [
  // Strings with bytes in them, references and the like are no text, and yet PHP.
  { format: 'php', fits: (bytes) => PHP_START.test(bytes.subarray(0, 40).toString('latin1')) },
  // Protocol 1 has no header: a container, a class or a text, and a full stop at the end.
  {
    format: 'pickle',
    fits: (bytes) =>
      bytes.length >= 5 && bytes.at(-1) === 0x2e && /^[(\]})cX]/.test(bytes.toString('latin1', 0, 1)),
  },
  // Anything but small integers, which every byte would be.
  {
    format: 'msgpack',
    fits: (bytes) => bytes.length > 0 && (bytes[0] ?? 0) >= 0x80 && (bytes[0] ?? 0) < 0xe0,
  },
  { format: 'lz4', fits: (bytes) => bytes.length >= SHORTEST_COMPRESSED },
  { format: 'snappy', fits: (bytes) => bytes.length >= SHORTEST_COMPRESSED },
  { format: 'brotli', fits: (bytes) => bytes.length >= SHORTEST_COMPRESSED },
];

/** What a text may be besides text: PHP's serialize, or a pickle of protocol 0. */
export function readsAsText(text: string): Serialization | undefined {
  if (PHP_START.test(text)) return 'php';
  return text.endsWith('.') && text.includes('\n') && /^[(I-NSVF\]}c)]/.test(text) ? 'pickle' : undefined;
}
