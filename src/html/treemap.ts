import { markup, type Html } from './markup.ts';
import { hueOf } from './style.ts';

/** A part of the whole; its own parts lie inside it. */
export interface TreemapItem {
  readonly name: string;
  /** Not negative; at least the sum of its parts. */
  readonly value: number;
  /** The value in words. */
  readonly shown: string;
  readonly parts?: readonly TreemapItem[];
}

/** Where something lies, in the units of the picture. */
export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const WIDTH = 1_000;
const HEIGHT = 420;
const HEADING = 20;
const GAP = 2;
/** About what a character of the page's text takes, in the units of the picture. */
const CHARACTER = 6.8;
const LINE = 15;

/**
 * Parts of a whole as areas, two levels deep: what has no room for its name still has it as a tooltip. The first
 * level differs in hue.
 */
export function treemap(label: string, items: readonly TreemapItem[]): Html {
  const frame = { x: 0, y: 0, width: WIDTH, height: HEIGHT };
  const cells = place(items, frame).map(([item, area], index) => renderGroup(item, area, hueOf(index)));
  return markup`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${label}">${cells}</svg>`;
}

function renderGroup(item: TreemapItem, area: Rectangle, hue: number): Html {
  const parts = item.parts ?? [];
  const inside = {
    x: area.x + GAP,
    y: area.y + HEADING,
    width: area.width - 2 * GAP,
    height: area.height - HEADING - GAP,
  };
  const hasRoom = parts.length > 0 && inside.width > 24 && inside.height > 24;
  const cells = hasRoom ? place(parts, inside).map(([part, place]) => renderCell(part, place, hue)) : [];
  return markup`${renderCell(item, area, hue, hasRoom)}${cells}`;
}

function renderCell(item: TreemapItem, area: Rectangle, hue: number, onlyName = false): Html {
  const { x, y, width, height } = area;
  const room = Math.floor((width - 10) / CHARACTER);
  const lines = onlyName ? [`${item.name}  ${item.shown}`] : [item.name, item.shown];
  const shown = lines
    .filter((_, index) => height >= (index + 1) * LINE + 3)
    .map((line) => (line.length <= room ? line : `${line.slice(0, Math.max(0, room - 1))}…`))
    .filter((line, index) => line === lines[index] || line.length > 3);
  const text = shown.map(
    (line, index) =>
      markup`<text x="${round(x + 5)}" y="${round(y + 14 + index * LINE)}"${index === 1 ? markup` class="soft"` : undefined}>${line}</text>`,
  );
  return markup`<g><title>${item.name}: ${item.shown}</title><rect class="cell-${hue}" x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}"/>${text}</g>`;
}

/** The items with their places, the largest first; what has no area is left out. */
function place(
  items: readonly TreemapItem[],
  frame: Rectangle,
): readonly (readonly [TreemapItem, Rectangle])[] {
  const shown = items.filter(({ value }) => value > 0).sort((a, b) => b.value - a.value);
  const areas = squarify(
    shown.map(({ value }) => value),
    frame,
  );
  return shown.flatMap((item, index) => {
    const area = areas[index];
    return area === undefined ? [] : [[item, area] as const];
  });
}

/**
 * Cuts a frame into one rectangle for each value, with areas in proportion and sides as alike as may be.
 * Source: Bruls, Huizing, van Wijk, "Squarified Treemaps" (2000).
 * @param values positive, in falling order
 */
export function squarify(values: readonly number[], frame: Rectangle): readonly Rectangle[] {
  const total = values.reduce((sum, value) => sum + value, 0);
  if (total === 0) return [];
  const scale = (frame.width * frame.height) / total;
  const areas = values.map((value) => value * scale);
  const placed: Rectangle[] = [];
  let rest = frame;
  for (let start = 0; start < areas.length;) {
    const side = Math.min(rest.width, rest.height);
    let end = start + 1;
    let sum = areas[start] ?? 0;
    // Rows grow as long as their worst rectangle gets squarer by it.
    while (end < areas.length) {
      const next = areas[end] ?? 0;
      const largest = areas[start] ?? 0;
      const now = worstRatio(largest, areas[end - 1] ?? 0, sum, side);
      if (worstRatio(largest, next, sum + next, side) > now) break;
      sum += next;
      end++;
    }
    const isTall = rest.width >= rest.height;
    const depth = side === 0 ? 0 : sum / side;
    let along = 0;
    for (const area of areas.slice(start, end)) {
      const length = depth === 0 ? 0 : area / depth;
      placed.push(
        isTall
          ? { x: rest.x, y: rest.y + along, width: depth, height: length }
          : { x: rest.x + along, y: rest.y, width: length, height: depth },
      );
      along += length;
    }
    rest = isTall
      ? { ...rest, x: rest.x + depth, width: Math.max(0, rest.width - depth) }
      : { ...rest, y: rest.y + depth, height: Math.max(0, rest.height - depth) };
    start = end;
  }
  return placed;
}

function worstRatio(largest: number, smallest: number, sum: number, side: number): number {
  const square = side * side;
  return Math.max((square * largest) / (sum * sum), (sum * sum) / (square * smallest));
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
