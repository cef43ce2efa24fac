import { markup, type Html } from './markup.ts';

/** One bar. */
export interface Bar {
  readonly name: string;
  /** Not negative. */
  readonly value: number;
  /** The value in words, which stands behind the bar. */
  readonly shown: string;
}

const WIDTH = 1_000;
const NAME_WIDTH = 150;
const SHOWN_WIDTH = 190;
const ROW = 24;
const BAR = 14;

/** Bars from the left, one below the other, each with its name before and its value behind it. */
export function barChart(label: string, bars: readonly Bar[]): Html {
  const most = Math.max(...bars.map(({ value }) => value), Number.MIN_VALUE);
  const room = WIDTH - NAME_WIDTH - SHOWN_WIDTH;
  const rows = bars.map(({ name, value, shown }, index) => {
    const top = index * ROW + (ROW - BAR) / 2;
    // What is there at all can be seen.
    const length = value === 0 ? 0 : Math.max(1, Math.round((value / most) * room * 10) / 10);
    const middle = index * ROW + ROW / 2 + 4;
    return markup`<text x="${NAME_WIDTH - 10}" y="${middle}" text-anchor="end">${name}</text><rect class="track" x="${NAME_WIDTH}" y="${top}" width="${room}" height="${BAR}" rx="2"/><rect class="area-1" x="${NAME_WIDTH}" y="${top}" width="${length}" height="${BAR}" rx="2"><title>${name}: ${shown}</title></rect><text class="soft" x="${NAME_WIDTH + room + 10}" y="${middle}">${shown}</text>`;
  });
  return markup`<svg viewBox="0 0 ${WIDTH} ${bars.length * ROW}" role="img" aria-label="${label}">${rows}</svg>`;
}
