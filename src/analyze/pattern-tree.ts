import type { KeyFolder } from './fold.ts';
import { PatternFigures } from './figures.ts';
import { MARK, PLACEHOLDERS } from './placeholder.ts';

/** One segment of patterns. Its own keys end here; its children's go on. */
export interface PatternNode {
  /** Folded bytes as latin1, the separator at the end included. */
  readonly segment: string;
  readonly children: Map<string, PatternNode>;
  figures: PatternFigures | undefined;
  /** No child comes to these any more: what is new belongs to `{other}`. */
  closed: boolean;
}

/** So many patterns are told apart; some ten megabytes with everything about them. */
const MOST_PATTERNS = 4_096;
/** Slots of the table: a quarter full at most, so that a search ends soon. */
const SLOTS = 4 * MOST_PATTERNS;
/** Names listed one by one under one prefix, the fewer the less there is room for. */
const WIDTHS = [256, 64, 16, 4, 1, 0];

/**
 * The patterns of a keyspace as a tree of segments, with the figures of each, in bounded memory.
 *
 * Where there are too many patterns, the widest places are closed: their largest names stay, counted exactly
 * from the first key to the last, and all others are put together as `{other}`, now and from then on. SCAN's
 * order has nothing to do with names, so by then, after thousands of patterns, large names have been seen.
 * A group that is listed is therefore exact; what is not listed is in an `{other}` beside it.
 */
export class PatternTree {
  readonly root: PatternNode = nodeOf('');
  readonly #folder: KeyFolder;
  /** Index in `#known` plus one; 0 is free. */
  readonly #slots = new Int32Array(SLOTS);
  #known: { readonly folded: Buffer; readonly figures: PatternFigures }[] = [];
  #patterns = 0;

  /** @param folder whose last result `find` looks up */
  constructor(folder: KeyFolder) {
    this.#folder = folder;
  }

  /** Whether some patterns are only in `{other}`. */
  get isBounded(): boolean {
    return this.#isBounded;
  }

  #isBounded = false;

  /** The figures of the key that was folded last. */
  find(): PatternFigures {
    const { bytes, length } = this.#folder;
    const slot = this.#slotOf(bytes, length);
    const known = this.#known[(this.#slots[slot] ?? 0) - 1];
    if (known !== undefined) return known.figures;
    if (this.#patterns >= MOST_PATTERNS) {
      this.#condense();
      return this.find();
    }
    return this.#insert(slot);
  }

  /** Where these bytes are, or where they would be. */
  #slotOf(bytes: Buffer, length: number): number {
    let hash = 0x811c9dc5;
    for (let at = 0; at < length; at++) hash = Math.imul(hash ^ (bytes[at] ?? 0), 0x01000193);
    let slot = (hash ^ (hash >>> 15)) & (SLOTS - 1);
    for (;;) {
      const entry = this.#slots[slot] ?? 0;
      if (entry === 0 || isSame(this.#known[entry - 1]?.folded, bytes, length)) return slot;
      slot = (slot + 1) & (SLOTS - 1);
    }
  }

  #insert(slot: number): PatternFigures {
    const { bytes, length, segments, segmentEnds } = this.#folder;
    let node = this.root;
    let start = 0;
    let isListed = true;
    for (let index = 0; index < segments; index++) {
      const end = segmentEnds[index] ?? length;
      let segment = bytes.toString('latin1', start, end);
      start = end;
      if (node.closed && !node.children.has(segment)) {
        segment = this.#otherName(segment);
        isListed = false;
      }
      let child = node.children.get(segment);
      if (child === undefined) {
        child = nodeOf(segment);
        node.children.set(segment, child);
      }
      node = child;
    }
    if (node.figures === undefined) {
      node.figures = new PatternFigures();
      this.#patterns++;
    }
    if (isListed) {
      this.#known.push({ folded: Buffer.from(bytes.subarray(0, length)), figures: node.figures });
      this.#slots[slot] = this.#known.length;
    }
    return node.figures;
  }

  #condense(): void {
    this.#isBounded = true;
    for (const width of WIDTHS) {
      this.#closeWide(this.root, width);
      this.#patterns = countPatterns(this.root);
      if (this.#patterns <= MOST_PATTERNS / 2) break;
    }
    this.#known = [];
    this.#slots.fill(0);
    this.#relist(this.root, '');
  }

  /** Leaves the largest names of every place, by memory and by number of keys, and puts the others together. */
  #closeWide(node: PatternNode, width: number): void {
    const listed = [...node.children.values()].filter(({ segment }) => !isOther(segment));
    if (listed.length > width) {
      const ranked = listed.map((child) => ({ child, ...weightOf(child) }));
      const half = Math.ceil(width / 2);
      const kept = new Set([
        ...ranked.toSorted((a, b) => b.bytes - a.bytes).slice(0, half),
        ...ranked.toSorted((a, b) => b.keys - a.keys).slice(0, width - half),
      ]);
      for (const entry of ranked) if (!kept.has(entry)) this.#moveToOther(node, entry.child);
      node.closed = true;
    }
    for (const child of node.children.values()) this.#closeWide(child, width);
  }

  #moveToOther(parent: PatternNode, child: PatternNode): void {
    parent.children.delete(child.segment);
    const name = this.#otherName(child.segment);
    const other = parent.children.get(name) ?? nodeOf(name);
    parent.children.set(name, other);
    mergeInto(other, child);
  }

  /** Names that go on are kept apart from names at which keys end. */
  #otherName(segment: string): string {
    const last = segment.slice(-1);
    return this.#folder.isSeparator(last.charCodeAt(0)) ? OTHER + last : OTHER;
  }

  #relist(node: PatternNode, path: string): void {
    if (node.figures !== undefined) {
      const folded = Buffer.from(path, 'latin1');
      const slot = this.#slotOf(folded, folded.length);
      this.#known.push({ folded, figures: node.figures });
      this.#slots[slot] = this.#known.length;
    }
    for (const child of node.children.values()) this.#relist(child, path + child.segment);
  }
}

function nodeOf(segment: string): PatternNode {
  return { segment, children: new Map(), figures: undefined, closed: false };
}

function isSame(known: Buffer | undefined, bytes: Buffer, length: number): boolean {
  if (known?.length !== length) return false;
  for (let at = 0; at < length; at++) if (known[at] !== bytes[at]) return false;
  return true;
}

const OTHER = String.fromCharCode(MARK, PLACEHOLDERS.other);

/** Whether a segment stands for names that are not listed. */
export function isOther(segment: string): boolean {
  return segment.startsWith(OTHER);
}

function mergeInto(to: PatternNode, from: PatternNode): void {
  if (from.figures !== undefined) {
    to.figures ??= new PatternFigures();
    to.figures.mergePattern(from.figures);
  }
  to.closed ||= from.closed;
  for (const child of from.children.values()) {
    const known = to.children.get(child.segment);
    if (known === undefined) to.children.set(child.segment, child);
    else mergeInto(known, child);
  }
}

function weightOf(node: PatternNode): { readonly keys: number; readonly bytes: number } {
  let keys = node.figures?.keys ?? 0;
  let bytes = node.figures?.bytes ?? 0;
  for (const child of node.children.values()) {
    const weight = weightOf(child);
    keys += weight.keys;
    bytes += weight.bytes;
  }
  return { keys, bytes };
}

function countPatterns(node: PatternNode): number {
  let count = node.figures === undefined ? 0 : 1;
  for (const child of node.children.values()) count += countPatterns(child);
  return count;
}
