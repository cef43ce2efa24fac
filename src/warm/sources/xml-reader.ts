/** Something that an XML document consists of, as far as sitemaps need it. */
export interface XmlEvents {
  /** @param name with its prefix, as written */
  readonly open: (name: string) => void;
  readonly close: (name: string) => void;
  /** A part of the text of the element that is open, entities resolved. */
  readonly text: (text: string) => void;
}

/** A document that is not well-formed, or has what a sitemap never has. */
export class XmlError extends Error {
  override readonly name = 'XmlError';
}

const DEEPEST = 32;
/** Names, attributes, comments: what is kept until it is complete. */
const LONGEST_MARKUP = 64 * 1024;
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/**
 * Reads XML text in pieces, cut anywhere, keeping no more than one tag. A sitemap needs none of what makes
 * XML dangerous, so a document type, and with it every entity but the five of XML, is refused: there is
 * nothing that could grow.
 */
export class XmlReader {
  readonly #events: XmlEvents;
  readonly #open: string[] = [];
  #rest = '';
  #hasRoot = false;

  constructor(events: XmlEvents) {
    this.#events = events;
  }

  /** @throws XmlError */
  push(piece: string): void {
    const text = this.#rest + piece;
    let position = 0;
    for (;;) {
      const tag = text.indexOf('<', position);
      if (tag === -1) {
        // Half an entity waits for its other half.
        const ampersand = text.lastIndexOf('&');
        const isCut = ampersand >= position && text.indexOf(';', ampersand) === -1;
        const end = isCut ? ampersand : text.length;
        this.#text(text.slice(position, end));
        position = end;
        break;
      }
      this.#text(text.slice(position, tag));
      position = tag;
      const end = this.#markup(text, tag);
      if (end === undefined) break;
      position = end;
    }
    this.#rest = text.slice(position);
    if (this.#rest.length > LONGEST_MARKUP) throw new XmlError('a tag, comment or entity does not end');
  }

  /** The document is over. */
  end(): void {
    if (this.#rest.trim() !== '') throw new XmlError('the document ends in the middle of a tag or an entity');
    if (this.#open.length > 0) throw new XmlError(`<${this.#open.at(-1) ?? ''}> is not closed`);
    if (!this.#hasRoot) throw new XmlError('the document is empty');
  }

  /** Reads what starts with `<`; gives where it ends, or `undefined` where that has not come yet. */
  #markup(text: string, start: number): number | undefined {
    if (text.startsWith('<!--', start)) return after(text, '-->', start + 4);
    if (text.startsWith('<![CDATA[', start)) {
      const end = after(text, ']]>', start + 9);
      if (end !== undefined) this.#rawText(text.slice(start + 9, end - 3));
      return end;
    }
    if (text.startsWith('<?', start)) return after(text, '?>', start + 2);
    if (text.startsWith('<!', start)) {
      // A comment or CDATA that is cut in its first characters.
      const head = text.slice(start, start + 9);
      if ('<!--'.startsWith(head) || '<![CDATA['.startsWith(head)) return undefined;
      throw new XmlError('a document type or entity is refused: a sitemap has none');
    }
    const end = tagEnd(text, start + 1);
    if (end === undefined) return undefined;
    this.#tag(text.slice(start + 1, end - 1));
    return end;
  }

  #tag(tag: string): void {
    if (tag.startsWith('/')) {
      const name = tag.slice(1).trim();
      if (this.#open.pop() !== name) throw new XmlError(`</${name}> closes nothing that is open`);
      this.#events.close(name);
      return;
    }
    const name = /^[\p{L}_:][\p{L}\p{N}_:.-]*/u.exec(tag)?.[0];
    if (name === undefined) throw new XmlError('`<` is followed by no name');
    if (this.#open.length === 0 && this.#hasRoot) throw new XmlError('there is more than one root element');
    if (this.#open.length === DEEPEST) throw new XmlError(`elements nest more than ${DEEPEST} levels deep`);
    this.#hasRoot = true;
    this.#events.open(name);
    if (tag.endsWith('/')) this.#events.close(name);
    else this.#open.push(name);
  }

  #text(text: string): void {
    if (text === '') return;
    this.#rawText(text.includes('&') ? text.replace(/&([^;&]{0,16});|&/g, resolveEntity) : text);
  }

  #rawText(text: string): void {
    if (this.#open.length > 0) this.#events.text(text);
    else if (text.replace(/^\ufeff/, '').trim() !== '')
      throw new XmlError('there is text outside of the root element');
  }
}

function after(text: string, mark: string, from: number): number | undefined {
  const index = text.indexOf(mark, from);
  return index === -1 ? undefined : index + mark.length;
}

/** Where a tag ends; a `>` inside quotes is part of an attribute. */
function tagEnd(text: string, from: number): number | undefined {
  let quote = '';
  for (let index = from; index < text.length; index++) {
    const character = text.charAt(index);
    if (quote !== '') {
      if (character === quote) quote = '';
    } else if (character === '"' || character === "'") quote = character;
    else if (character === '>') return index + 1;
    else if (character === '<') throw new XmlError('a tag does not end before the next one');
  }
  return undefined;
}

function resolveEntity(_all: string, name: string | undefined): string {
  const known = name === undefined ? undefined : ENTITIES[name];
  if (known !== undefined) return known;
  const code = /^#(?:x([0-9a-f]{1,6})|(\d{1,7}))$/i.exec(name ?? '');
  const point = code?.[1] === undefined ? Number(code?.[2] ?? Number.NaN) : Number.parseInt(code[1], 16);
  if (point > 0 && point <= 0x10ffff && !(point >= 0xd800 && point <= 0xdfff))
    return String.fromCodePoint(point);
  throw new XmlError('an entity is not one of &amp; &lt; &gt; &quot; &apos; or a character reference');
}
