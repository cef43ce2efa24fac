import type { LineCounter } from 'yaml';

import { isSecretName, urlSecrets, visibilityAt } from './redact.ts';
import { scalars, type SourceNode } from './source-tree.ts';

/** Gives a line of the file (from 1) with its secrets starred out, letter for letter so that columns stay. */
export type SourceLines = (line: number) => string;

/** Lines of context searched for the block that a line belongs to. */
const MAX_BLOCK_LINES = 200;

/**
 * Lines of the file without secrets.
 * @param root what was read of the file; with `guess` (a file with syntax errors) it is not trusted,
 *   and everything after a key with a secret's name is starred out too
 */
export function maskedLines(
  text: string,
  root: SourceNode | undefined,
  lines: LineCounter,
  guess: boolean,
): SourceLines {
  const ranges = root ? secretRanges(text, root) : [];
  return (line) => {
    const start = lines.lineStarts[line - 1] ?? 0;
    const next = lines.lineStarts[line] ?? text.length + 1;
    let source = text.slice(start, next).replace(/\r?\n?$/, '');
    for (const [from, to] of ranges) {
      if (from < start + source.length && to > start) source = star(source, from - start, to - start);
    }
    for (const [from, to] of urlSecrets(source)) source = star(source, from, to);
    if (!guess) return source;
    const inSecretBlock = isInSecretBlock(text, lines, line);
    const from = inSecretBlock ? source.length - source.trimStart().length : guessSecretStart(source);
    return star(source, from, source.length);
  };
}

function secretRanges(text: string, root: SourceNode): readonly (readonly [number, number])[] {
  const ranges: (readonly [number, number])[] = [];
  for (const [path, { start, end }] of scalars(root)) {
    if (end <= start) continue;
    if (visibilityAt(path) === 'hidden') ranges.push([start, end]);
    else for (const [from, to] of urlSecrets(text.slice(start, end))) ranges.push([start + from, start + to]);
  }
  return ranges;
}

function star(text: string, from: number, to: number): string {
  const start = Math.max(0, from);
  const end = Math.min(text.length, to);
  return end <= start ? text : text.slice(0, start) + '*'.repeat(end - start) + text.slice(end);
}

/** Where the value after a key with a secret's name starts, or the line's length. */
function guessSecretStart(line: string): number {
  for (const match of line.matchAll(/([\w-]{1,64})["']?\s{0,8}:/g)) {
    if (isSecretKey(match[1] ?? '')) return match.index + match[0].length;
  }
  return line.length;
}

function isSecretKey(name: string): boolean {
  return name !== 'key' && (isSecretName(name) || visibilityAt([name, '']) === 'hidden');
}

/** Whether a less indented line above opens `headers:`, `password: |` or the like. */
function isInSecretBlock(text: string, lines: LineCounter, line: number): boolean {
  let indent = indentOf(text, lines, line);
  for (let above = line - 1; above >= Math.max(1, line - MAX_BLOCK_LINES) && indent > 0; above--) {
    const aboveIndent = indentOf(text, lines, above);
    if (aboveIndent >= indent) continue;
    indent = aboveIndent;
    const start = lines.lineStarts[above - 1] ?? 0;
    const source = text.slice(start, lines.lineStarts[above] ?? text.length);
    if (guessSecretStart(source) < source.length) return true;
  }
  return false;
}

/** Columns before the first letter; blank lines count as deep, because they close no block. */
function indentOf(text: string, lines: LineCounter, line: number): number {
  const start = lines.lineStarts[line - 1] ?? 0;
  const source = text.slice(start, lines.lineStarts[line] ?? text.length);
  return source.trim() === '' ? Number.POSITIVE_INFINITY : source.search(/[^\s-]|-(?!\s)/);
}
