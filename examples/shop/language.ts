/** The languages of the shop, its default first. */
export const LANGUAGES = ['en', 'fr', 'de'] as const;

export type Language = (typeof LANGUAGES)[number];

/** One text in every language of the shop. */
export type Translations = Readonly<Record<Language, string>>;

/**
 * The language to answer in: the one that the query names, else the best one that `Accept-Language`
 * accepts (RFC 9110, 12.5.4), else English. A page in the wrong language is of more use than
 * a 406, so neither an unknown `?lang=` nor an unmatched header is an error.
 */
export function chooseLanguage(requested: string | null, acceptLanguage: string | undefined): Language {
  const named = LANGUAGES.find((language) => language === requested?.toLowerCase());
  if (named !== undefined) return named;
  const ranges = parseAcceptLanguage(acceptLanguage ?? '');
  let best: { readonly language: Language; readonly range: LanguageRange } | undefined;
  for (const language of LANGUAGES) {
    const range = rangeFor(language, ranges);
    if (range === undefined || range.quality === 0) continue;
    if (best === undefined || isBetter(range, best.range)) best = { language, range };
  }
  return best?.language ?? LANGUAGES[0];
}

interface LanguageRange {
  /** Primary subtag in lower case (`fr` for `fr-CH`), or `*`. */
  readonly primary: string;
  readonly quality: number;
  readonly position: number;
}

function parseAcceptLanguage(header: string): LanguageRange[] {
  return header.split(',').flatMap((part, position): LanguageRange[] => {
    const match = /^\s*([a-z]{1,8}|\*)(?:-[a-z\d-]+)?\s*(?:;\s*q=([01](?:\.\d{0,3})?)\s*)?$/i.exec(part);
    if (match?.[1] === undefined) return [];
    return [{ primary: match[1].toLowerCase(), quality: Number(match[2] ?? 1), position }];
  });
}

/** A named range outweighs `*`, so that `de;q=0, *` really excludes German. */
function rangeFor(language: Language, ranges: readonly LanguageRange[]): LanguageRange | undefined {
  let best: LanguageRange | undefined;
  for (const range of ranges) {
    if (range.primary === language && (best === undefined || isBetter(range, best))) best = range;
  }
  return best ?? ranges.find((range) => range.primary === '*');
}

function isBetter(a: LanguageRange, b: LanguageRange): boolean {
  return a.quality > b.quality || (a.quality === b.quality && a.position < b.position);
}
