import type { TextStream } from '../terminal/streams.ts';

/** The streams of one run. */
export interface Streams {
  readonly out: TextStream;
  readonly err: TextStream;
}
