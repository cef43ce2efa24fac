import { markup, type Html } from './markup.ts';
import { hueOf } from './style.ts';

/** One line of a chart. */
export interface Series {
  readonly name: string;
  /** In rising order of x; drawn from one to the next. */
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** What a line chart shows. */
export interface LineChart {
  /** What it is, for those who cannot see it. */
  readonly label: string;
  readonly series: readonly Series[];
  /** How places on the axes are written. */
  readonly showX: (value: number) => string;
  readonly showY: (value: number) => string;
}

const WIDTH = 720;
const HEIGHT = 240;
const LEFT = 70;
const RIGHT = 14;
const TOP = 10;
const BOTTOM = 26;
const TICKS = 4;

/** Lines over a common ground that starts at 0, with a legend where there are several. */
export function lineChart({ label, series, showX, showY }: LineChart): Html {
  const all = series.flatMap(({ points }) => points);
  const xs = all.map(([x]) => x);
  const [first, last] = [Math.min(...xs, Infinity), Math.max(...xs, -Infinity)];
  if (all.length === 0) return markup`<p class="hint">no data</p>`;
  const top = niceCeiling(Math.max(...all.map(([, y]) => y)));
  const placeX = (x: number): number =>
    round(LEFT + ((x - first) / Math.max(last - first, Number.MIN_VALUE)) * (WIDTH - LEFT - RIGHT));
  const placeY = (y: number): number => round(HEIGHT - BOTTOM - (y / top) * (HEIGHT - TOP - BOTTOM));
  const levels = Array.from({ length: TICKS + 1 }, (_, index) => (top * index) / TICKS).map(
    (value) =>
      markup`<path class="axis" d="M${LEFT} ${placeY(value)}H${WIDTH - RIGHT}"/><text class="soft" x="${LEFT - 8}" y="${placeY(value) + 4}" text-anchor="end">${showY(value)}</text>`,
  );
  const moments = first === last ? [first] : [first, (first + last) / 2, last];
  const times = moments.map(
    (value, index) =>
      markup`<text class="soft" x="${placeX(value)}" y="${HEIGHT - 8}" text-anchor="${['start', 'middle', 'end'][index]}">${showX(value)}</text>`,
  );
  const lines = series.map(({ name, points }, index) => {
    const path = points.map(([x, y], step) => `${step === 0 ? 'M' : 'L'}${placeX(x)} ${placeY(y)}`);
    return markup`<path class="line-${hueOf(index)}" d="${path.join('')}"><title>${name}</title></path>`;
  });
  return markup`<figure>${series.length > 1 ? legend(series) : undefined}<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${label}">${levels}${times}${lines}</svg></figure>`;
}

function legend(series: readonly Series[]): Html {
  const marks = series.map(
    ({ name }, index) =>
      markup`<tspan class="area-${hueOf(index)}" dx="${index === 0 ? 0 : 16}">■ </tspan><tspan>${name}</tspan>`,
  );
  return markup`<svg viewBox="0 0 ${WIDTH} 20" role="presentation"><text x="${LEFT}" y="14">${marks}</text></svg>`;
}

/** The next of 1, 2, 4, 5, 10, 20, ... that is not below: ticks at quarters of it read well. */
function niceCeiling(value: number): number {
  if (value <= 0) return 1;
  const magnitude = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 4, 5, 10].find((step) => step * magnitude >= value) ?? 10) * magnitude;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
