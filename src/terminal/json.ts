import { UNSAFE_CHARACTERS } from '../keys/printable.ts';

/**
 * JSON that is safe to show on a terminal: control, format and bidi characters are written as `\uXXXX`, which
 * parses to the same document. With `indent` it is spread over lines, otherwise it is one line.
 */
export function renderJson(value: unknown, indent?: number): string {
  // JSON.stringify itself escapes C0 controls only; the line feeds left over are its own layout.
  return JSON.stringify(value, undefined, indent).replace(UNSAFE_CHARACTERS, (character) =>
    character === '\n' ? character : escapeUnits(character),
  );
}

function escapeUnits(character: string): string {
  return [...Array(character.length).keys()]
    .map((index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`)
    .join('');
}
