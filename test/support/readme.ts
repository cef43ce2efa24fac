import { readFileSync } from 'node:fs';

/** The text between two marks of the README, without the marks' own lines. */
export function readmePart(start: string, end: string): string {
  const text = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const from = text.indexOf(start);
  const to = text.indexOf(end, from + start.length);
  if (from === -1 || to === -1) throw new Error(`README.md has lost its part from ${start} to ${end}`);
  return text.slice(from + start.length, to).trim();
}

/** A session with everything that varies from run to run made the same: numbers, units, blanks, moments. */
export function normalizeSession(session: string): string {
  return (
    session
      // A moment of another day has its date: within an hour of midnight there is one.
      .replace(/\b\d{4}-\d\d-\d\d (?=\d\d:\d\d:\d\d)/g, '')
      .replace(/[<>]?\d[\d,]*(\.\d+)?/g, 'N')
      .replace(/(N:)+N/g, 'N')
      // On a busy machine a difference may be smaller than the noise.
      .replace(/ \(noise\)/g, '')
      .replace(/N (KB|MB|bytes|B|ms|s)\b/g, 'N')
      .replace(/\b(N[dhms] ?)+\b/g, 'N ')
      .replace(/[ ]+/g, ' ')
      // Which targets were the slowest is another matter each time.
      .replace(/^\S+ http:\S+ N$/gm, 'KEY URL N')
      .replace(/ $/gm, '')
      .trim()
  );
}
