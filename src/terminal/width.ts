import stringWidth from 'fast-string-width';

/** Columns that a text takes on a terminal; colour codes take none, wide characters two. */
export function displayWidth(text: string): number {
  return /^[\x20-\x7e]*$/.test(text) ? text.length : stringWidth(text);
}

const ESCAPE = '\u001b';
/** Splits a text at its colour codes (ECMA-48's SGR), which stand at the odd places of what comes out. */
export const COLOUR = new RegExp(`(${ESCAPE}\\[[\\d;]*m)`);
const NO_COLOUR = `${ESCAPE}[0m`;

/**
 * The text cut to a number of columns, its end replaced by `...` (one column where Unicode is there). Colours take no
 * columns, and end where the text was cut.
 */
export function truncate(text: string, width: number, unicode: boolean): string {
  if (displayWidth(text) <= width) return text;
  const mark = (unicode ? '…' : '...').slice(0, Math.max(width, 1));
  const room = width - mark.length;
  let kept = '';
  let used = 0;
  for (const [index, part] of text.split(COLOUR).entries()) {
    // What stands between two plain parts is a colour.
    if (index % 2 === 1) {
      kept += part;
      continue;
    }
    for (const { segment } of new Intl.Segmenter().segment(part)) {
      used += displayWidth(segment);
      if (used > room) return `${kept}${mark}${index === 0 ? '' : NO_COLOUR}`;
      kept += segment;
    }
  }
  return kept;
}

/** The text followed or preceded by blanks up to a width. */
export function pad(text: string, width: number, align: 'left' | 'right'): string {
  const blanks = ' '.repeat(Math.max(0, width - displayWidth(text)));
  return align === 'left' ? text + blanks : blanks + text;
}
