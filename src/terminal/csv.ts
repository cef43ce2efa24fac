/** Comma-separated values with a heading, as RFC 4180 has them but with line feeds alone. */
export function renderCsv(
  heading: readonly string[],
  rows: readonly (readonly (string | number | boolean | null)[])[],
): string {
  return [heading, ...rows].map((row) => row.map(csvField).join(',')).join('\n');
}

function csvField(value: string | number | boolean | null): string {
  if (value === null) return '';
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A table in GitHub's Markdown. */
export function renderMarkdownTable(
  heading: readonly string[],
  rows: readonly (readonly string[])[],
  align: readonly ('left' | 'right')[] = [],
): string {
  const rule = heading.map((_, index) => (align[index] === 'right' ? '---:' : '---'));
  const escapeCell = (cell: string): string =>
    cell.replaceAll('\\', '\\\\').replaceAll('|', '\\|').replaceAll('\n', ' ');
  return [heading.map(escapeCell), rule, ...rows.map((row) => row.map(escapeCell))]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}
