import { nearest } from '../text/nearest.ts';

/** "did you mean" for a mistyped word, or `undefined`. */
export function didYouMean(word: string, candidates: Iterable<string>): string | undefined {
  const near = nearest(word, candidates);
  return near === undefined ? undefined : `did you mean \`${near}\`?`;
}
