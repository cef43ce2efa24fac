import { displayWidth } from './width.ts';

/** Blanks, but for the one between a number and its unit. */
const BREAKS = /(?<!\d) +| +(?!(?:ms|s|B|[KMGT]B)(?!\w))/;

/**
 * Breaks a text into lines of at most so many columns, at blanks; a word that is longer stands alone. What the text
 * begins with (blanks, as of an indented line) begins every line.
 */
export function wrap(text: string, width: number, indent = /^ */.exec(text)?.[0] ?? ''): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.trim().split(BREAKS)) {
    if (line !== '' && displayWidth(indent + line) + 1 + displayWidth(word) > width) {
      lines.push(indent + line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  if (line !== '') lines.push(indent + line);
  return lines;
}

/**
 * Breaks at blanks what a terminal would break in the middle of a word: sentences. Tables, columns, and what is
 * indented (values, blocks to copy) stay as they are.
 */
export function wrapProse(text: string, width: number): string {
  return text
    .split('\n')
    .flatMap((line) =>
      displayWidth(line) > width && /^\S/.test(line) && !/ {2}|[│┌├└+|]/.test(line)
        ? wrap(line, width)
        : [line],
    )
    .join('\n');
}
