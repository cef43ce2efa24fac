import { escapeText } from '../keys/printable.ts';

/** Markup that is known to be safe: made by {@link markup}, or by hand from constants alone. */
export class Html {
  readonly markup: string;

  constructor(markup: string) {
    this.markup = markup;
  }
}

/** What may stand in a template of {@link markup}; nothing at all for `undefined`. */
export type HtmlValue = string | number | Html | readonly HtmlValue[] | undefined;

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/**
 * A piece of a page or of an SVG. Every text that is filled in is escaped, control characters included, so that
 * whatever a key or a server says shows as what it is; only {@link Html} goes in as markup. Attributes have to
 * be in quotes.
 */
export function markup(parts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return new Html(parts.map((part, index) => part + markupOf(values[index])).join(''));
}

function markupOf(value: HtmlValue): string {
  if (value === undefined) return '';
  if (value instanceof Html) return value.markup;
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string')
    return escapeText(value).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
  return value.map(markupOf).join('');
}
