import stringWidth from 'fast-string-width';

/** Columns that a text takes on a terminal; colour codes take none, wide characters two. */
export function displayWidth(text: string): number {
  return /^[\x20-\x7e]*$/.test(text) ? text.length : stringWidth(text);
}

/** The text cut to a number of columns, its end replaced by `...` (one column where Unicode is there). */
export function truncate(text: string, width: number, unicode: boolean): string {
  if (displayWidth(text) <= width) return text;
  const mark = unicode ? '…' : '...';
  const room = Math.max(0, width - mark.length);
  let kept = '';
  let used = 0;
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    used += displayWidth(segment);
    if (used > room) break;
    kept += segment;
  }
  return (kept + mark).slice(0, Math.max(width, 1));
}

/** The text followed or preceded by blanks up to a width. */
export function pad(text: string, width: number, align: 'left' | 'right'): string {
  const blanks = ' '.repeat(Math.max(0, width - displayWidth(text)));
  return align === 'left' ? text + blanks : blanks + text;
}
