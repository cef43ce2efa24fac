/** A word as a POSIX shell takes it literally: bare where that is safe, otherwise in quotes. */
export function shellWord(word: string): string {
  if (/^[\w:.,/=@%+-]+$/.test(word)) return word;
  // Inside double quotes these four keep a meaning, and ! has one in interactive shells.
  return /["$`\\!]/.test(word) ? `'${word.replaceAll("'", `'\\''`)}'` : `"${word}"`;
}
