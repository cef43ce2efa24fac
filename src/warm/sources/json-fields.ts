const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const SPACE = 0x20;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** The names of the fields that a log gives its requests in. */
export interface FieldNames {
  readonly method: string;
  readonly target: string;
  readonly status: string;
}

/**
 * Finds three fields of a flat JSON object by looking at its bytes, and no further than the last of them:
 * three times the speed of JSON.parse, whose work on the others is thrown away.
 */
export class JsonFields {
  /** Where the values of the last line stand, quotes excluded: start and end of method, target, status. */
  readonly found = new Int32Array(6);
  readonly #names: readonly [Buffer, Buffer, Buffer];

  constructor(names: FieldNames) {
    this.#names = [Buffer.from(names.method), Buffer.from(names.target), Buffer.from(names.status)];
  }

  /** @returns whether all three are plainly there: no escapes in them, and nothing nested before them */
  find(bytes: Buffer, start: number, end: number): boolean {
    const [method, target, status] = this.#names;
    const { found } = this;
    let missing = 0b111;
    let position = start + 1;
    while (position < end) {
      while (bytes[position] === SPACE || bytes[position] === COMMA) position++;
      if (bytes[position] !== QUOTE) return false;
      const keyStart = ++position;
      while (bytes[position] !== QUOTE) {
        if (bytes[position] === BACKSLASH || position >= end) return false;
        position++;
      }
      const keyEnd = position++;
      while (bytes[position] === SPACE) position++;
      if (bytes[position++] !== COLON) return false;
      while (bytes[position] === SPACE) position++;
      let valueStart = position;
      let valueEnd: number;
      let escaped = false;
      const first = bytes[position];
      if (first === QUOTE) {
        valueStart = ++position;
        for (let byte = bytes[position]; byte !== QUOTE; byte = bytes[++position]) {
          if (byte === BACKSLASH) {
            escaped = true;
            position++;
          }
          if (position >= end) return false;
        }
        valueEnd = position++;
      } else {
        if (first === OPEN_BRACE || first === OPEN_BRACKET) return false;
        while (bytes[position] !== COMMA && bytes[position] !== CLOSE_BRACE) {
          if (position++ >= end) return false;
        }
        valueEnd = position;
      }
      const which = isKey(bytes, keyStart, keyEnd, target)
        ? 1
        : isKey(bytes, keyStart, keyEnd, status)
          ? 2
          : isKey(bytes, keyStart, keyEnd, method)
            ? 0
            : -1;
      if (which === -1) continue;
      if (escaped) return false;
      found[which * 2] = valueStart;
      found[which * 2 + 1] = valueEnd;
      missing &= ~(1 << which);
      if (missing === 0) return true;
    }
    return false;
  }
}

function isKey(bytes: Buffer, start: number, end: number, name: Buffer): boolean {
  if (end - start !== name.length) return false;
  for (let i = 0; i < name.length; i++) if (bytes[start + i] !== name[i]) return false;
  return true;
}
