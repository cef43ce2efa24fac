/** One token of JSON text, exactly as it is written. */
export interface JsonToken {
  readonly type: 'open' | 'close' | 'colon' | 'comma' | 'string' | 'scalar';
  readonly text: string;
}

const PUNCTUATION: Readonly<Record<string, JsonToken['type']>> = {
  '{': 'open',
  '[': 'open',
  '}': 'close',
  ']': 'close',
  ':': 'colon',
  ',': 'comma',
};

/**
 * The tokens of valid JSON text, white space left out. Written by hand because JSON.parse loses what
 * a cache inspector must show: digits beyond a double's, repeated names, the order of number-like names.
 */
export function* jsonTokens(text: string): Generator<JsonToken, void, void> {
  let position = 0;
  while (position < text.length) {
    const character = text.charAt(position);
    const type = PUNCTUATION[character];
    if (type !== undefined) {
      yield { type, text: character };
      position++;
    } else if (character === '"') {
      const end = endOfString(text, position);
      yield { type: 'string', text: text.slice(position, end) };
      position = end;
    } else if (isWhiteSpace(character)) {
      position++;
    } else {
      const end = endOfScalar(text, position);
      yield { type: 'scalar', text: text.slice(position, end) };
      position = end;
    }
  }
}

function endOfString(text: string, start: number): number {
  let position = start + 1;
  while (position < text.length && text.charAt(position) !== '"') {
    position += text.charAt(position) === '\\' ? 2 : 1;
  }
  return position + 1;
}

function endOfScalar(text: string, start: number): number {
  let position = start;
  while (position < text.length) {
    const character = text.charAt(position);
    if (PUNCTUATION[character] !== undefined || character === '"' || isWhiteSpace(character)) break;
    position++;
  }
  return position;
}

function isWhiteSpace(character: string): boolean {
  return character === ' ' || character === '\n' || character === '\r' || character === '\t';
}
