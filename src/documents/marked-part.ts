/**
 * Replaces what stands between `<!-- name -->` and `<!-- /name -->`, an empty line apart where `spaced`; the rest of
 * the text is somebody's own.
 * @throws Error where the text has lost its marks
 */
export function replaceMarked(text: string, name: string, part: string): string {
  const start = `<!-- ${name} -->\n`;
  const end = `\n<!-- /${name} -->`;
  const from = text.indexOf(start);
  const to = text.indexOf(end, from + start.length - 1);
  if (from === -1 || to === -1)
    throw new Error(`the part between "${start.trim()}" and "${end.trim()}" is lost`);
  return text.slice(0, from + start.length) + part + text.slice(to);
}
