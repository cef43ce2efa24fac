import { XmlError, XmlReader } from './xml-reader.ts';

/** One entry of a sitemap; what it does not say is empty. */
export interface SitemapEntry {
  readonly loc: string;
  readonly lastmod: string;
  /** As written; 0.5 where the entry has none, as the standard says. */
  readonly priority: string;
}

/** What the root element says a document is. */
export type SitemapKind = 'urlset' | 'sitemapindex';

/** The standard's limits for one file (sitemaps.org/protocol.html). */
export const SITEMAP_LIMITS = { entries: 50_000, bytes: 50 * 1024 * 1024 } as const;

const FIELDS = ['loc', 'lastmod', 'priority'] as const;
/** An address has less than 2,048 characters; some room for white space around it. */
const LONGEST_FIELD = 4_096;
const DEFAULT_PRIORITY = '0.5';

/** Reads a sitemap or an index of sitemaps piece by piece. */
export class SitemapReader {
  kind: SitemapKind | undefined;
  readonly #xml: XmlReader;
  readonly #path: string[] = [];
  #prefix = '';
  #entry: Partial<Record<(typeof FIELDS)[number], string>> = {};
  #text = '';
  #complete: SitemapEntry[] = [];
  #count = 0;

  constructor() {
    this.#xml = new XmlReader({
      open: (name) => this.#open(name),
      close: () => this.#close(),
      text: (text) => this.#addText(text),
    });
  }

  /** The entries that are complete with this text; throws XmlError for what is no sitemap. */
  push(text: string): readonly SitemapEntry[] {
    this.#xml.push(text);
    const complete = this.#complete;
    this.#complete = [];
    return complete;
  }

  /** The document is over; throws XmlError where it should not be. */
  end(): void {
    this.#xml.end();
  }

  #open(name: string): void {
    if (this.#path.length === 0) {
      const [, prefix = '', local = ''] = /^(.*:)?(.*)$/.exec(name) ?? [];
      if (local !== 'urlset' && local !== 'sitemapindex') {
        throw new XmlError('this is no sitemap: its root is neither urlset nor sitemapindex');
      }
      this.kind = local;
      this.#prefix = prefix;
    }
    // Extensions (`image:loc`) have another prefix than the root, and so are never taken for our own.
    this.#path.push(name.startsWith(this.#prefix) ? name.slice(this.#prefix.length) : `other:${name}`);
    if (this.#path.length === 2) this.#entry = {};
    if (this.#path.length === 3) this.#text = '';
  }

  #addText(text: string): void {
    if (this.#path.length !== 3) return;
    this.#text += text;
    if (this.#text.length > LONGEST_FIELD && this.#field() !== undefined) {
      throw new XmlError(`a <${this.#path[2] ?? ''}> is longer than any address`);
    }
    if (this.#text.length > LONGEST_FIELD) this.#text = '';
  }

  #close(): void {
    const field = this.#path.length === 3 ? this.#field() : undefined;
    if (field !== undefined) this.#entry[field] = this.#text.trim();
    if (this.#path.length === 2 && this.#path[1] === (this.kind === 'urlset' ? 'url' : 'sitemap')) {
      if (++this.#count > SITEMAP_LIMITS.entries) {
        throw new XmlError('it has more than 50,000 entries, the most that the standard allows in one file');
      }
      const { loc = '', lastmod = '', priority = '' } = this.#entry;
      if (loc !== '') this.#complete.push({ loc, lastmod, priority: priority || DEFAULT_PRIORITY });
    }
    this.#path.pop();
  }

  #field(): (typeof FIELDS)[number] | undefined {
    return FIELDS.find((name) => name === this.#path[2]);
  }
}
