import { jsonTokens, type JsonToken } from './json-tokens.ts';

/** Indentation makes deep nesting quadratic in size, and nobody reads it: deeper JSON is shown as text. */
const DEEPEST = 100;

/** Whether a text is a JSON object, array or string; a bare word or number is better called text. */
export function isJsonDocument(text: string): boolean {
  return /^[ \t\r\n]*[{["]/.test(text) && parse(text) !== undefined && depth(text) <= DEEPEST;
}

/** JSON text with line breaks and two blanks a level; every name, number and string exactly as it was. */
export function prettyJson(text: string): string {
  let pretty = '';
  let level = 0;
  let previous: JsonToken | undefined;
  const line = (): string => `\n${'  '.repeat(level)}`;
  for (const token of jsonTokens(text)) {
    if (token.type === 'close') {
      level--;
      if (previous?.type !== 'open') pretty += line();
    } else if (previous?.type === 'open' || previous?.type === 'comma') pretty += line();
    if (token.type === 'open') level++;
    pretty += token.type === 'colon' ? ': ' : token.text;
    previous = token;
  }
  return pretty;
}

/** JSON text with characters beyond ASCII in place of their escapes, as people read it; the others stay. */
export function readableJson(text: string): string {
  return text.replace(
    /\\(?:u((?!00[0-9])[0-9a-f]{4}(?:\\ud[c-f][0-9a-f]{2})?)|[^])/gi,
    (whole, digits?: string) => {
      if (digits === undefined) return whole;
      const written = digits
        .split(/\\u/i)
        .map((unit) => String.fromCharCode(Number.parseInt(unit, 16)))
        .join('');
      // Half of a pair is no character.
      return /[\ud800-\udfff]/u.test(written) ? whole : written;
    },
  );
}

/** JSON text on one line, without any white space between its tokens. */
export function compactJson(text: string): string {
  return Array.from(jsonTokens(text), (token) => token.text).join('');
}

/**
 * The value of JSON text, where going through JavaScript loses nothing: numbers keep their value, and no
 * name occurs twice in an object. Otherwise `undefined`.
 */
export function parseLosslessly(text: string): { readonly value: unknown } | undefined {
  return depth(text) <= DEEPEST && isLossless(text) ? parse(text) : undefined;
}

function parse(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}

function depth(text: string): number {
  let level = 0;
  let deepest = 0;
  for (const token of jsonTokens(text)) {
    if (token.type === 'open') deepest = Math.max(deepest, ++level);
    else if (token.type === 'close') level--;
  }
  return deepest;
}

function isLossless(text: string): boolean {
  /** The names seen in each open object; `undefined` for an array. */
  const names: (Set<unknown> | undefined)[] = [];
  let pending: string | undefined;
  for (const token of jsonTokens(text)) {
    if (token.type === 'open') names.push(token.text === '{' ? new Set() : undefined);
    else if (token.type === 'close') names.pop();
    else if (token.type === 'scalar' && !keepsItsValue(token.text)) return false;
    else if (token.type === 'colon' && pending !== undefined) {
      const name: unknown = JSON.parse(pending);
      if (names.at(-1)?.has(name) === true) return false;
      names.at(-1)?.add(name);
    }
    pending = token.type === 'string' ? token.text : undefined;
  }
  return true;
}

/** JavaScript writes no number longer than this; a longer one is not worth comparing. */
const LONGEST_NUMBER = 32;

function keepsItsValue(scalar: string): boolean {
  if (/^[a-z]/.test(scalar)) return true;
  if (scalar.length > LONGEST_NUMBER) return false;
  const written = decimal(scalar);
  return written !== undefined && written === decimal(JSON.stringify(Number(scalar)));
}

/** A number in a form that is the same for the same value: sign, significant digits, power of ten. */
function decimal(text: string): string | undefined {
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/i.exec(text);
  if (!match) return undefined;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  const all = (whole + fraction).replace(/^0+/, '');
  const digits = all.replace(/0+$/, '');
  if (digits === '') return `${sign}0`;
  return `${sign}${digits}e${Number(exponent) - fraction.length + all.length - digits.length}`;
}
