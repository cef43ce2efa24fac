import { readFileSync } from 'node:fs';

/** A page of `docs/` whose recipes a test carries out. */
export interface Guide {
  readonly text: string;
  /** The headings of its sections, whole. */
  readonly headings: readonly string[];
  /** The fenced blocks in one language; of the section whose heading begins so, or of the whole page. */
  readonly blocks: (language: string, heading?: string) => readonly string[];
  /** The lines of the blocks for a shell. */
  readonly lines: (heading?: string) => readonly string[];
}

/** @param name of the file in `docs/` */
export function readGuide(name: string): Guide {
  const text = readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8');
  const sections = text.split(/^## /m);
  const blocks = (language: string, heading?: string): readonly string[] => {
    const part = heading === undefined ? text : sections.find((section) => section.startsWith(heading));
    const fence = new RegExp('```' + language + '\\n(.*?)\\n *```', 'gs');
    return [...(part ?? '').matchAll(fence)].map(([, block = '']) => block);
  };
  return {
    text,
    headings: [...text.matchAll(/^## (.*)$/gm)].map(([, heading = '']) => heading),
    blocks,
    lines: (heading) => blocks('sh', heading).flatMap((block) => block.split('\n')),
  };
}
