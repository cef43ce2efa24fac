/**
 * Untrusted bytes and text, made safe to show: nothing that reaches a terminal can move the
 * cursor, change colours or reorder text.
 */

/** Control, format (bidi and zero-width), surrogate, private and unassigned characters, and line separators. */
// eslint-disable-next-line no-control-regex -- these are exactly the characters to be found
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]|\p{Cf}|\p{Cs}|\p{Co}|\p{Cn}/u;
/** The same, for finding all of them. */
export const UNSAFE_CHARACTERS = new RegExp(UNSAFE.source, 'gu');

const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\u0007': '\\a',
  '\b': '\\b',
};

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text of bytes that are valid UTF-8, otherwise `undefined`. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}

/** Text with every unsafe character escaped (`\n`, `\x1b`): for server messages, headers, names. */
export function escapeText(text: string): string {
  return UNSAFE.test(text) ? text.replace(UNSAFE_CHARACTERS, escapeCharacter) : text;
}

/** Like {@link escapeText}, but line feeds and tabs stay: for values shown as a block of text. */
export function escapeBlock(text: string): string {
  return UNSAFE.test(text)
    ? text.replace(UNSAFE_CHARACTERS, (character) =>
        character === '\n' || character === '\t' ? character : escapeCharacter(character),
      )
    : text;
}

function escapeCharacter(character: string): string {
  const short = SHORT_ESCAPES[character];
  if (short !== undefined) return short;
  return [...Buffer.from(character, 'utf8')].map(hexEscape).join('');
}

function hexEscape(byte: number): string {
  return `\\x${byte.toString(16).padStart(2, '0')}`;
}

/**
 * A key for people. Plain where it is harmless UTF-8 text; otherwise in double quotes with escapes,
 * the form that redis-cli prints and that {@link parseQuoted} reads back to the same bytes.
 */
export function printableKey(key: Uint8Array): string {
  const text = decodeUtf8(key);
  const plain = text !== undefined && text !== '' && !UNSAFE.test(text) && !/^["\s]|\s$/.test(text);
  return plain ? text : quoteBytes(key);
}

/** Bytes in double quotes with every byte outside printable ASCII escaped, as redis-cli does. */
export function quoteBytes(bytes: Uint8Array): string {
  let quoted = '"';
  for (const byte of bytes) {
    const character = String.fromCharCode(byte);
    if (character === '"' || character === '\\') quoted += `\\${character}`;
    else if (byte >= 0x20 && byte < 0x7f) quoted += character;
    else quoted += SHORT_ESCAPES[character] ?? hexEscape(byte);
  }
  return `${quoted}"`;
}

const QUOTED_ESCAPES: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, b: 8, a: 7 };

/**
 * The bytes of a string in double quotes as redis-cli writes and reads it (`"a\n\xff"`), or
 * `undefined` where it is not one. An unknown escape stands for its own character, as in redis-cli.
 */
export function parseQuoted(text: string): Buffer | undefined {
  if (text.length < 2 || !text.startsWith('"') || !text.endsWith('"')) return undefined;
  const parts: Buffer[] = [];
  const body = text.slice(1, -1);
  for (let i = 0; i < body.length;) {
    const character = body[i] ?? '';
    if (character === '"') return undefined;
    if (character !== '\\') {
      const end = body.slice(i).search(/["\\]/);
      const literal = end === -1 ? body.slice(i) : body.slice(i, i + end);
      parts.push(Buffer.from(literal, 'utf8'));
      i += literal.length;
      continue;
    }
    const hex = /^\\x([0-9a-f]{2})/i.exec(body.slice(i, i + 4));
    if (hex) {
      parts.push(Buffer.from([Number.parseInt(hex[1] ?? '', 16)]));
      i += 4;
      continue;
    }
    const codePoint = body.codePointAt(i + 1);
    if (codePoint === undefined) return undefined;
    const escaped = String.fromCodePoint(codePoint);
    const byte = QUOTED_ESCAPES[escaped];
    parts.push(byte === undefined ? Buffer.from(escaped, 'utf8') : Buffer.from([byte]));
    i += 1 + escaped.length;
  }
  return Buffer.concat(parts);
}

/** A key in JSON: as text where it is UTF-8, otherwise exact as base64. */
export type KeyJson = { readonly key: string } | { readonly key_base64: string };

/** The JSON form of a key; the same bytes come back from it. */
export function keyJson(key: Uint8Array): KeyJson {
  const text = decodeUtf8(key);
  return text === undefined ? { key_base64: Buffer.from(key).toString('base64') } : { key: text };
}
