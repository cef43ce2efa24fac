import type { Host, InputStream } from '../host.ts';
import { ENTER_SCREEN, fitLines, LEAVE_SCREEN, paint, type Screen } from './paint.ts';
import type { TextStream } from './streams.ts';
import type { TerminalInfo } from './terminal-info.ts';

/** One moment of something that is watched. Both views are pure; only the one that is needed is called. */
export interface LiveView {
  /** Fills a terminal of this size; what does not fit is cut. Called again when the size changes. */
  readonly screen: (terminal: TerminalInfo, rows: number) => string;
  /** The same moment for a pipe or a log: a line, or several. */
  readonly plain: () => string;
}

/**
 * Something watched on stdout: redrawn in place on a terminal, with the keys q (quit) and p (pause); appended
 * line by line elsewhere. `close` it in a `finally`.
 */
export interface LiveScreen {
  /** Whether it is redrawn; otherwise every view is appended. */
  readonly drawn: boolean;
  readonly show: (view: LiveView) => Promise<void>;
  /** Aborted by q, and when whoever reads stdout has gone: stop watching. Ctrl-C is a signal as ever. */
  readonly ended: AbortSignal;
  /** Gives the terminal back as it was. What should stay to be read is printed after it. */
  readonly close: () => void;
}

/** What a live screen is made from. */
export interface LiveParts {
  readonly out: TextStream;
  readonly terminal: TerminalInfo;
  readonly host: Pick<Host, 'stdin' | 'env' | 'raise' | 'onExit'>;
  /** Whether keys may be read: not under `--no-input`. */
  readonly readKeys: boolean;
}

const DEFAULT_ROWS = 24;
const CTRL_C = '\x03';

/** Opens a live screen; the terminal is taken with the first view. */
export function openLive({ out, terminal, host, readKeys }: LiveParts): LiveScreen {
  const ended = new AbortController();
  const drawn = out.isTerminal && host.env['TERM'] !== 'dumb' && host.env['CACHECTL_PROGRESS'] !== 'plain';
  if (!drawn) {
    return {
      drawn,
      ended: ended.signal,
      show: async (view) => {
        // That nobody reads a pipe any more shows when it is written to, and not before: Node polls no pipe that it only
        // writes to, an empty write succeeds, and Linux opens a pipe without a reader again as if it had one.
        await out.write(`${view.plain()}\n`);
        if (out.closed()) ended.abort();
      },
      close: () => undefined,
    };
  }
  const keys = readKeys && host.stdin.isTTY === true ? host.stdin : undefined;
  let onScreen: Screen | undefined;
  let latest: LiveView | undefined;
  let shown: LiveView | undefined;
  let paused = false;
  let release: (() => void) | undefined;

  const draw = (): void => {
    if (shown === undefined || release === undefined) return;
    const columns = out.width();
    const rows = out.raw.rows ?? DEFAULT_ROWS;
    const text = shown.screen({ ...terminal, width: columns }, keys === undefined ? rows : rows - 1);
    const { style, unicode } = terminal;
    const lines = fitLines(text, keys === undefined ? '' : style.dim(footer(paused)), {
      columns,
      rows,
      unicode,
    });
    const next = { columns, rows, lines };
    out.raw.write(paint(onScreen, next));
    onScreen = next;
  };
  const onKey = (typed: Buffer | string): void => {
    for (const key of String(typed)) {
      if (key === CTRL_C) host.raise('SIGINT');
      if (key === 'q' || key === 'Q') ended.abort();
      if (key === 'p' || key === 'P' || key === ' ') {
        paused = !paused;
        if (!paused) shown = latest;
        draw();
      }
    }
  };
  const take = (): void => {
    const forgetKeys = keys === undefined ? undefined : listenForKeys(keys, onKey);
    out.raw.on('resize', draw);
    out.raw.write(ENTER_SCREEN);
    const giveBack = (): void => {
      // Synchronous on a terminal, so that it also works while the process exits.
      out.raw.write(LEAVE_SCREEN);
      out.raw.off('resize', draw);
      forgetKeys?.();
    };
    const forgetExit = host.onExit(giveBack);
    release = () => {
      forgetExit();
      giveBack();
    };
  };
  return {
    drawn,
    ended: ended.signal,
    show: (view) => {
      latest = view;
      if (!paused) shown = view;
      if (release === undefined) take();
      // A terminal that cannot follow gets the next picture, and not all of them later.
      if (out.closed()) ended.abort();
      else if (!out.raw.writableNeedDrain) draw();
      return Promise.resolve();
    },
    close: () => {
      release?.();
      release = undefined;
    },
  };
}

/** Keys come one by one, and Ctrl-C is one of them: the terminal no longer makes it a signal. */
function listenForKeys(stdin: InputStream, onKey: (typed: Buffer | string) => void): () => void {
  stdin.setRawMode?.(true);
  stdin.on('data', onKey);
  stdin.resume();
  return () => {
    stdin.off('data', onKey);
    stdin.setRawMode?.(false);
    stdin.pause();
  };
}

function footer(paused: boolean): string {
  return paused ? 'paused   p go on   q quit' : 'q quit   p pause';
}
