import { decodeUtf8, escapeText, quoteBytes } from '../keys/printable.ts';
import { escapeGlob } from '../keys/pattern.ts';

/** Stands before the letter of a placeholder in a folded key, and before itself where a key has this byte. */
export const MARK = 0x1f;

/** What stands in a pattern for parts of keys that differ from key to key. The values follow {@link MARK}. */
export const PLACEHOLDERS = {
  n: 0x6e,
  md5: 0x6d,
  sha1: 0x31,
  sha256: 0x32,
  hex: 0x68,
  uuid: 0x75,
  id: 0x69,
  date: 0x64,
  /** Names that are not listed one by one. */
  other: 0x6f,
  /** The end of a key that is too long or too deep. */
  rest: 0x72,
} as const;

const NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(PLACEHOLDERS).map(([name, code]) => [code, `{${name}}`]),
);

/** A folded key, or a part of one, for people: `user:{n}:dashboard`. */
export function showFolded(folded: Uint8Array): string {
  return pieces(folded)
    .map((piece) => (typeof piece === 'string' ? piece : showLiteral(piece)))
    .join('');
}

/** The name of a prefix for people: the empty key has one, too, and in quotes it can be seen. */
export function showName(name: string): string {
  return name === '' ? '""' : name;
}

/** The glob of all keys that fold to this, and perhaps of some more: `user:*:dashboard`. */
export function globOf(folded: Uint8Array): Buffer {
  const parts = pieces(folded).map((piece) =>
    typeof piece === 'string' ? Buffer.from('*') : escapeGlob(piece),
  );
  return Buffer.concat(parts);
}

/** Without quotes, since placeholders stand in between. */
function showLiteral(bytes: Uint8Array): string {
  const text = decodeUtf8(bytes);
  return text === undefined ? quoteBytes(bytes).slice(1, -1) : escapeText(text);
}

function pieces(folded: Uint8Array): readonly (string | Uint8Array)[] {
  const found: (string | Uint8Array)[] = [];
  let literal: number[] = [];
  const flush = (): void => {
    if (literal.length > 0) found.push(Uint8Array.from(literal));
    literal = [];
  };
  for (let at = 0; at < folded.length; at++) {
    const byte = folded[at] ?? 0;
    const next = folded[at + 1] ?? 0;
    const name = byte === MARK ? NAMES.get(next) : undefined;
    if (byte === MARK) at++;
    if (name === undefined) literal.push(byte);
    else {
      flush();
      found.push(name);
    }
  }
  flush();
  return found;
}
