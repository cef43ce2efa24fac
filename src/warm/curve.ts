import { escapeText } from '../keys/printable.ts';
import type { HostLoad } from '../origin/gentle.ts';
import { countOf } from '../units/number.ts';

const BARS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const WIDTH = 24;

/** How many requests at once a host was given over time, in one line; `undefined` where nothing changed it. */
export function curveLine(load: HostLoad, unicode: boolean): string | undefined {
  const limits = load.control.points.map(({ limit }) => limit);
  if (limits.length < 2 && load.pauses === 0) return undefined;
  const shown = sample([...limits, load.control.limit], WIDTH);
  const most = Math.max(...shown);
  const curve = unicode
    ? shown.map((limit) => BARS[Math.ceil((limit / most) * BARS.length) - 1] ?? '').join('')
    : shown.join(' ');
  const parts = [
    `${Math.min(...shown)} to ${most} at once`,
    ...(load.control.busy > 0 ? [`${countOf(load.control.busy, 'time')} lowered because it was busy`] : []),
    ...(load.control.slow > 0 ? [`${countOf(load.control.slow, 'time')} because it grew slow`] : []),
    ...(load.pauses > 0 ? [countOf(load.pauses, 'pause')] : []),
  ];
  return `${escapeText(load.host)}  ${curve}  ${parts.join(', ')}`;
}

function sample(values: readonly number[], most: number): readonly number[] {
  if (values.length <= most) return values;
  return Array.from(
    { length: most },
    (_, index) => values[Math.round((index * (values.length - 1)) / (most - 1))] ?? 1,
  );
}
