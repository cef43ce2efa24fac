import type { Ora } from 'ora';
import type { Clock } from '../host.ts';
import { formatDurationMs } from '../units/duration.ts';
import { formatCount } from '../units/number.ts';
import type { TextStream } from './streams.ts';

/** A piece of work whose progress can be shown. */
export interface Task {
  /** What is going on, as in "warming users". */
  readonly label: string;
  /** What is counted, in the plural: "keys". */
  readonly unit: string;
  /** How many there will be, where that is known. */
  readonly total?: number | undefined;
}

/** Tells how far a task is. Calls are cheap: it draws at its own pace. */
export interface Progress {
  readonly update: (done: number, detail?: string) => void;
  readonly total: (total: number) => void;
  /** Removes the bar. */
  readonly stop: () => void;
}

/** Work shorter than this shows nothing. */
const QUIET_MS = 1_000;
const TERMINAL_INTERVAL_MS = 100;
/** In a log a line now and then: often enough to show life, seldom enough to read. */
const LOG_INTERVAL_MS = 10_000;
/** At a terminal somebody waits to hear that it goes on. */
const FIRST_LINE_MS = 2_000;
const BAR_COLUMNS = 20;
/** The spinner, a blank, and the last column, behind which some terminals begin a new line. */
const SPINNER_COLUMNS = 3;

/** A progress that shows nothing, for `--quiet`. */
export const silentProgress: Progress = {
  update: () => undefined,
  total: () => undefined,
  stop: () => undefined,
};

/** A bar with count, rate and time left on a terminal; in a log a plain line now and then. */
export function startProgress(
  task: Task,
  stream: TextStream,
  clock: Clock,
  options: { readonly unicode: boolean; readonly drawn: boolean },
): Progress {
  const startedAt = clock.monotonicMs();
  let total = task.total;
  let done = 0;
  let detail = '';
  let spinner: Ora | undefined;
  let stopped = false;
  let isLoading = false;
  const line = (columns: number | undefined): string =>
    progressLine({ ...task, total }, done, clock.monotonicMs() - startedAt, {
      detail,
      columns,
      unicode: options.unicode,
    });
  const drawnLine = (): string => line(stream.width() - SPINNER_COLUMNS);

  const drawTerminal = async (): Promise<void> => {
    if (stopped) return;
    if (spinner === undefined) {
      // Where the program is busy, the next turn comes before this is loaded: a second spinner would never stop.
      if (isLoading) return;
      isLoading = true;
      const { default: ora } = await import('ora');
      if (stopped) return;
      // discardStdin off: it would put the terminal into raw mode, and Ctrl-C would no longer be a signal.
      spinner = ora({
        stream: stream.raw,
        discardStdin: false,
        // Whether anything is drawn was decided before; ora would look at CI as well, and print a line instead.
        isEnabled: true,
        text: drawnLine(),
        // ora asks the terminal's name what it can show, and never the locale.
        ...(options.unicode ? {} : { spinner: 'line' }),
      }).start();
    } else spinner.text = drawnLine();
  };
  let nextLineMs = stream.isTerminal ? FIRST_LINE_MS : LOG_INTERVAL_MS;
  const timer = setInterval(() => {
    const elapsedMs = clock.monotonicMs() - startedAt;
    if (options.drawn) {
      if (elapsedMs >= QUIET_MS) void drawTerminal();
    } else if (elapsedMs >= nextLineMs) {
      nextLineMs += LOG_INTERVAL_MS;
      void stream.write(`${line(undefined)}\n`);
    }
  }, TERMINAL_INTERVAL_MS);
  timer.unref();
  return {
    update: (now, text) => {
      done = now;
      if (text !== undefined) detail = text;
    },
    total: (now) => {
      total = now;
    },
    stop: () => {
      stopped = true;
      clearInterval(timer);
      spinner?.stop();
    },
  };
}

/**
 * The text of a progress line, with a bar where it is drawn. Pure.
 * @param look `detail`: of characters that take one column each; `columns`: where they are too few, the bar goes first, and then what comes last; `undefined` in a log
 */
export function progressLine(
  task: Task,
  done: number,
  elapsedMs: number,
  look: { readonly detail: string; readonly columns: number | undefined; readonly unicode: boolean },
): string {
  const perSecond = elapsedMs > 0 ? (done / elapsedMs) * 1_000 : 0;
  const total = task.total === undefined ? undefined : Math.max(task.total, done);
  const parts = [
    total === undefined
      ? `${formatCount(done)} ${done === 1 ? singular(task.unit) : task.unit}`
      : `${formatCount(done)} of ${formatCount(total)} ${task.unit}`,
  ];
  if (done > 0) parts.push(`${formatCount(perSecond)}/s`);
  if (total !== undefined && done > 0 && done < total) {
    parts.push(`${formatDurationMs(((total - done) / perSecond) * 1_000)} left`);
  }
  // Before the rate: on a narrow terminal, failures matter more.
  if (look.detail !== '') parts.splice(1, 0, look.detail);
  const text = parts.join(', ');
  const plain = `${task.label}: ${text}`;
  if (look.columns === undefined) return plain;
  if (total !== undefined && total > 0) {
    const drawn = `${task.label}: ${bar(done / total, look.unicode)} ${text}`;
    if (drawn.length <= look.columns) return drawn;
  }
  return plain.slice(0, Math.max(1, look.columns));
}

/** Of the units in use: `entries`, `keys`. */
function singular(unit: string): string {
  return unit.replace(/ies$/, 'y').replace(/s$/, '');
}

function bar(fraction: number, unicode: boolean): string {
  const filled = Math.round(Math.min(1, fraction) * BAR_COLUMNS);
  const [full, empty] = unicode ? ['█', '░'] : ['#', '-'];
  return `[${full.repeat(filled)}${empty.repeat(BAR_COLUMNS - filled)}]`;
}
