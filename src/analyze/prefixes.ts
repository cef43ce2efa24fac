import { Figures, type PatternFigures } from './figures.ts';
import { isOther, type PatternNode } from './pattern-tree.ts';
import { globOf, showFolded } from './placeholder.ts';

/** A prefix, or a whole pattern, with all that lies below it. */
export interface Prefix {
  /** As people read it, from its parent's end on: `{n}:`. */
  readonly segment: string;
  /** From the start: `user:{n}:`. */
  readonly name: string;
  /** Matches its logical keys, and perhaps more. */
  readonly glob: Buffer;
  readonly figures: Figures;
  /** The largest first. */
  readonly children: readonly Prefix[];
  /** The keys that end exactly here, where there are any. */
  readonly own: PatternFigures | undefined;
  /** Whether it stands for names that are not listed. */
  readonly isOther: boolean;
}

/** A pattern: keys that differ in nothing but what was folded. */
export interface Pattern extends Prefix {
  readonly own: PatternFigures;
}

/** The tree of prefixes, summed up from the leaves. */
export function sumUp(root: PatternNode): Prefix {
  return prefixOf(root, '');
}

/** @param path folded, as latin1, of everything before */
function prefixOf(node: PatternNode, path: string): Prefix {
  const folded = path + node.segment;
  const figures = new Figures();
  if (node.figures !== undefined) figures.merge(node.figures);
  const children = [...node.children.values()].map((child) => prefixOf(child, folded));
  for (const child of children) figures.merge(child.figures);
  const bytes = Buffer.from(folded, 'latin1');
  return {
    segment: showFolded(Buffer.from(node.segment, 'latin1')),
    name: showFolded(bytes),
    glob: node.children.size === 0 ? globOf(bytes) : Buffer.concat([globOf(bytes), Buffer.from('*')]),
    figures,
    children: children.toSorted(byWeight),
    own: node.figures,
    isOther: isOther(node.segment),
  };
}

/** By memory, then by keys, then by name, so that the same keyspace gives the same order. */
export function byWeight(a: Prefix, b: Prefix): number {
  const byBytes = b.figures.bytes - a.figures.bytes || b.figures.keys - a.figures.keys;
  return byBytes || (a.name < b.name ? -1 : 1);
}

/** All patterns of a tree, the largest first. */
export function patternsOf(root: Prefix): readonly Pattern[] {
  const found: Pattern[] = [];
  const visit = (prefix: Prefix): void => {
    // What goes on below it is not its own.
    if (prefix.own !== undefined)
      found.push({ ...prefix, own: prefix.own, figures: prefix.own, glob: ownGlob(prefix) });
    for (const child of prefix.children) visit(child);
  };
  visit(root);
  return found.toSorted(byWeight);
}

function ownGlob({ glob, children }: Prefix): Buffer {
  return children.length === 0 ? glob : glob.subarray(0, -1);
}

/** The prefixes so many branchings deep, and patterns that end before; where there is only one way on, it is no branching. */
export function prefixesAt(root: Prefix, depth: number): readonly Prefix[] {
  const found: Prefix[] = [];
  const visit = (prefix: Prefix, left: number): void => {
    const place = passOn(prefix);
    if (left === 0 || place.children.length === 0) {
      if (place.figures.keys > 0) found.push(place);
      return;
    }
    if (place.own !== undefined)
      found.push({ ...place, figures: place.own, children: [], glob: ownGlob(place) });
    for (const child of place.children) visit(child, left - 1);
  };
  visit(root, depth);
  return found.toSorted(byWeight);
}

/** Goes on while there is only one way. */
export function passOn(prefix: Prefix): Prefix {
  let place = prefix;
  let { segment } = prefix;
  for (;;) {
    const [only, another] = place.children;
    if (only === undefined || another !== undefined || place.own !== undefined) return { ...place, segment };
    place = only;
    segment += only.segment;
  }
}
