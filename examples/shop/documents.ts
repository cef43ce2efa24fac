import type { CountedCategory } from './database.ts';
import type { Feature, Product } from './data.ts';
import { LANGUAGES, type Language, type Translations } from './language.ts';

/** What the home page shows. */
export interface HomeContent {
  readonly features: readonly Feature[];
  readonly bestSellers: readonly Product[];
  readonly newest: readonly Product[];
  readonly categories: readonly CountedCategory[];
}

const HEADINGS = {
  title: { en: 'The shop', fr: 'La boutique', de: 'Der Laden' },
  features: { en: 'This month', fr: 'Ce mois-ci', de: 'Diesen Monat' },
  bestSellers: { en: 'Best sellers', fr: 'Meilleures ventes', de: 'Meistverkauft' },
  newest: { en: 'New', fr: 'Nouveautés', de: 'Neu' },
  categories: { en: 'Categories', fr: 'Rayons', de: 'Abteilungen' },
} satisfies Record<string, Translations>;

/** The home page as HTML in one language. */
export function renderHome(language: Language, content: HomeContent): string {
  const products = (rows: readonly Product[]) =>
    rows.map(
      (row) =>
        [`/api/products/${row.id}`, `${row.name[language]}, ${euros(row.price_cents, language)}`] as const,
    );
  const sections = [
    list(
      HEADINGS.features[language],
      content.features.map((row) => [`/api/products/${row.product_ids[0] ?? 1}`, row.title[language]]),
    ),
    list(HEADINGS.bestSellers[language], products(content.bestSellers)),
    list(HEADINGS.newest[language], products(content.newest)),
    list(
      HEADINGS.categories[language],
      content.categories.map((row) => [
        `/api/categories/${row.slug}`,
        `${row.name[language]} (${row.product_count})`,
      ]),
    ),
  ];
  const alternates = LANGUAGES.map(
    (other) => `<link rel="alternate" hreflang="${other}" href="/?lang=${other}">`,
  );
  const title = HEADINGS.title[language];
  return [
    '<!doctype html>',
    `<html lang="${language}">`,
    `<head><meta charset="utf-8"><title>${title}</title>${alternates.join('')}</head>`,
    `<body><h1>${title}</h1>`,
    ...sections,
    '</body></html>',
    '',
  ].join('\n');
}

/**
 * All pages worth visiting, as a sitemap (sitemaps.org). Better rated products have a higher priority.
 * @param base scheme, host and port, because the protocol wants absolute addresses
 */
export function renderSitemap(
  base: string,
  categories: readonly CountedCategory[],
  products: readonly Product[],
  lastModified: string,
): string {
  const url = (path: string, lastmod: string, priority: number) =>
    `<url><loc>${escapeMarkup(base + path)}</loc><lastmod>${lastmod}</lastmod><priority>${priority.toFixed(1)}</priority></url>`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">',
    ...LANGUAGES.map((language) => url(`/?lang=${language}`, lastModified, 1)),
    ...categories.map((row) => url(`/api/categories/${row.slug}`, row.updated_at, 0.8)),
    ...products.map((row) => url(`/api/products/${row.id}`, row.updated_at, 0.2 + row.rating / 10)),
    '</urlset>',
    '',
  ].join('\n');
}

type Link = readonly [href: string, text: string];

function list(heading: string, links: readonly Link[]): string {
  const items = links.map(
    ([href, text]) => `<li><a href="${escapeMarkup(href)}">${escapeMarkup(text)}</a></li>`,
  );
  return `<h2>${escapeMarkup(heading)}</h2>\n<ul>\n${items.join('\n')}\n</ul>`;
}

/** By hand, because Intl's spaces and symbols differ between versions of ICU. */
function euros(cents: number, language: Language): string {
  const amount = (cents / 100).toFixed(2);
  return language === 'en' ? `€${amount}` : `${amount.replace('.', ',')} €`;
}

function escapeMarkup(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
