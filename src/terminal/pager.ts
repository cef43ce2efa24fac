import { spawn } from 'node:child_process';
import type { Writable } from 'node:stream';
import type { Host } from '../host.ts';
import { textStream, type TextStream } from './streams.ts';

/** A stream whose text is shown in a pager once it is longer than the terminal. */
export interface PagedStream {
  readonly stream: TextStream;
  /** Writes what is left; resolves when the pager has been closed. */
  readonly finish: () => Promise<void>;
}

/** What a pager has to know of where it runs. */
export interface PagerPlace {
  readonly host: Pick<Host, 'env' | 'stdout'>;
  /** Called before the pager takes the terminal: nothing else may draw there. */
  readonly onOpen: () => void;
}

/** What less is told where the user has told it nothing: colours, no clearing, and to end where all fits. As git does. */
const LESS = 'FRX';

/**
 * The stream that a person's long result is written to. Where `$PAGER` is empty or `cat` it is stdout itself. Otherwise
 * the first screenful is held back, and what is longer goes through the pager.
 */
export function pagedStream(out: TextStream, place: PagerPlace): PagedStream {
  const program = pagerProgram(place);
  if (program === undefined) return { stream: out, finish: () => Promise.resolve() };
  let held = '';
  let pager:
    { readonly stdin: Writable; readonly stream: TextStream; readonly ended: Promise<void> } | undefined;
  const write = async (chunk: string | Uint8Array): Promise<void> => {
    if (pager !== undefined) return pager.stream.write(chunk);
    held += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8');
    if (screenLines(held, out.width()) < (place.host.stdout.rows ?? 24)) return;
    place.onOpen();
    const child = spawn('/bin/sh', ['-c', program], {
      stdio: ['pipe', 'inherit', 'inherit'],
      env: { LESS, ...place.host.env },
    });
    // From the start: one that is killed has no exit code, and says only once that it has ended.
    const ended = new Promise<void>((resolve) => {
      child.on('error', () => resolve());
      child.on('close', () => resolve());
    });
    pager = { stdin: child.stdin, stream: textStream(child.stdin), ended };
    const text = held;
    held = '';
    await pager.stream.write(text);
  };
  return {
    stream: { ...out, write, closed: () => pager?.stream.closed() ?? out.closed() },
    finish: async () => {
      if (pager === undefined) return out.write(held);
      pager.stdin.end();
      await pager.ended;
    },
  };
}

/** The pager to use; `undefined` for none. */
function pagerProgram({ host: { env } }: PagerPlace): string | undefined {
  const program = (env['PAGER'] ?? 'less').trim();
  return env['TERM'] === 'dumb' || program === '' || program === 'cat' ? undefined : program;
}

/** How many lines of a terminal a text takes at least; colours are taken for columns, which makes no harm. */
function screenLines(text: string, width: number): number {
  return text.split('\n').reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / width)), 0);
}
