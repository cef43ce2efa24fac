const UNICODE_LEVELS = '▁▂▃▄▅▆▇█';
/** Read as rising ink; what people know from old tools. */
const ASCII_LEVELS = '_.-=+*#@';

/** Between which values a line is drawn; what is left out comes from the values themselves. */
export interface SparklineScale {
  readonly min?: number;
  readonly max?: number;
}

/**
 * The last values as one line of bars, one column each, the newest at the right. A value that is `null` is
 * a blank: nothing is known of that moment. Equal values make a flat line at the bottom.
 * @param width columns at most; the oldest values are left out
 */
export function sparkline(
  values: readonly (number | null)[],
  width: number,
  unicode: boolean,
  scale: SparklineScale = {},
): string {
  const shown = width <= 0 ? [] : values.slice(-width);
  const known = shown.filter((value) => value !== null);
  const min = scale.min ?? Math.min(...known);
  const max = scale.max ?? Math.max(...known);
  const levels = unicode ? UNICODE_LEVELS : ASCII_LEVELS;
  return shown
    .map((value) => {
      if (value === null) return ' ';
      const share = max > min ? Math.min(1, Math.max(0, (value - min) / (max - min))) : 0;
      return levels[Math.min(levels.length - 1, Math.floor(share * levels.length))] ?? '';
    })
    .join('');
}
