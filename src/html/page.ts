import { Html, markup, type HtmlValue } from './markup.ts';
import { STYLE } from './style.ts';

/** What a page says. */
export interface Page {
  /** The title of its window. */
  readonly title: string;
  readonly body: readonly HtmlValue[];
}

/** A whole page that needs nothing else: no script, no network, light and dark as the reader likes it. */
export function renderPage({ title, body }: Page): string {
  const parts = body.filter((part) => part !== undefined).map((part) => markup`${part}\n`);
  return markup`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
${POLICY}<title>${title}</title><style>${new Html(STYLE)}</style></head><body>
${parts}</body></html>
`.markup;
}

/** Nothing may be loaded from anywhere, whatever the page says. */
const POLICY = new Html(
  `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
);
