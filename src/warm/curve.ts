import { escapeText } from '../keys/printable.ts';
import type { HostLoad } from '../origin/gentle.ts';
import type { TerminalInfo } from '../terminal/terminal-info.ts';
import { displayWidth } from '../terminal/width.ts';
import { wrap } from '../terminal/wrap.ts';
import { countOf } from '../units/number.ts';

const BARS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const WIDTH = 24;

/**
 * How many requests at once a host was given over time, in one line; `undefined` where nothing changed it. What it
 * came to follows below on a terminal that has no room for it.
 */
export function curveLine(
  load: HostLoad,
  terminal: Pick<TerminalInfo, 'interactive' | 'width' | 'unicode'>,
): string | undefined {
  const limits = load.control.points.map(({ limit }) => limit);
  if (limits.length < 2 && load.pauses === 0) return undefined;
  const shown = sample([...limits, load.control.limit], WIDTH);
  const most = Math.max(...shown);
  const curve = terminal.unicode
    ? shown.map((limit) => BARS[Math.ceil((limit / most) * BARS.length) - 1] ?? '').join('')
    : shown.join(' ');
  const parts = [
    `${Math.min(...shown)} to ${most} at once`,
    ...(load.control.busy > 0 ? [`${countOf(load.control.busy, 'time')} lowered because it was busy`] : []),
    ...(load.control.slow > 0 ? [`${countOf(load.control.slow, 'time')} because it grew slow`] : []),
    ...(load.pauses > 0 ? [countOf(load.pauses, 'pause')] : []),
  ];
  const line = `${escapeText(load.host)}  ${curve}`;
  const words = parts.join(', ');
  if (!terminal.interactive || displayWidth(line) + 2 + words.length <= terminal.width) {
    return `${line}  ${words}`;
  }
  return [line, ...wrap(`  ${words}`, terminal.width)].join('\n');
}

function sample(values: readonly number[], most: number): readonly number[] {
  if (values.length <= most) return values;
  return Array.from(
    { length: most },
    (_, index) => values[Math.round((index * (values.length - 1)) / (most - 1))] ?? 1,
  );
}
