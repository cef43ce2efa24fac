import { markup, type Html, type HtmlValue } from './markup.ts';

/** A column of a table. */
export interface HtmlColumn {
  readonly title: string;
  readonly align?: 'left' | 'right';
}

/** A table; a wide one scrolls inside its own frame. */
export function htmlTable(columns: readonly HtmlColumn[], rows: readonly (readonly HtmlValue[])[]): Html {
  const side = (index: number): Html | undefined =>
    columns[index]?.align === 'right' ? markup` class="right"` : undefined;
  const head = columns.map(({ title }, index) => markup`<th${side(index)}>${title}</th>`);
  const body = rows.map(
    (row) => markup`<tr>${row.map((cell, index) => markup`<td${side(index)}>${cell}</td>`)}</tr>`,
  );
  const heading = columns.some(({ title }) => title !== '')
    ? markup`<thead><tr>${head}</tr></thead>`
    : undefined;
  return markup`<div class="scroll"><table>${heading}<tbody>${body}</tbody></table></div>`;
}
