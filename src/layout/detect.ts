import type { LayoutSpec } from '../config/layout.ts';
import { createLayout } from '../keys/layout.ts';
import { recognizeLayout, recognizeValue } from '../keys/recognize.ts';
import type { SampledKey } from './sample.ts';

/** A layout that may be the one, with what speaks for it. */
export interface Candidate {
  readonly spec: LayoutSpec;
  /** Sampled keys that it can take apart. */
  readonly fits: number;
  /** Marks that only this layout leaves, and how often each was seen; most often first. */
  readonly evidence: readonly (readonly [mark: string, count: number])[];
}

/** Which layouts the sample speaks for, the best one first; `plain` where no framework left a mark. */
export function detectLayouts(sample: readonly SampledKey[]): readonly Candidate[] {
  const byType = new Map<LayoutSpec['type'], Found>();
  for (const { key, head } of sample) {
    const found = recognizeLayout(key);
    // The value says no more than the key where the key has said it already.
    const recognized = found ?? (head === undefined ? undefined : recognizeValue(key, head));
    if (recognized === undefined) continue;
    const { spec, mark } = recognized;
    const known = byType.get(spec.type) ?? {
      specs: new Map<string, Counted>(),
      marks: new Map<string, number>(),
    };
    byType.set(spec.type, known);
    const name = JSON.stringify(spec);
    known.specs.set(name, { spec, count: (known.specs.get(name)?.count ?? 0) + 1 });
    known.marks.set(mark, (known.marks.get(mark) ?? 0) + 1);
  }
  const candidates = [...byType.values()].map(({ specs, marks }): Candidate => {
    const spec = mergeSpecs(
      [...specs.values()].sort((a, b) => b.count - a.count).map((counted) => counted.spec),
    );
    return { spec, fits: countFits(spec, sample), evidence: [...marks].sort(([, a], [, b]) => b - a) };
  });
  const plain: LayoutSpec = { type: 'plain', prefix: commonPrefix(sample.map(({ key }) => key)) };
  return [
    ...candidates.sort((a, b) => total(b) - total(a) || b.fits - a.fits),
    { spec: plain, fits: sample.length, evidence: [] },
  ];
}

interface Counted {
  readonly spec: LayoutSpec;
  readonly count: number;
}

interface Found {
  readonly specs: Map<string, Counted>;
  readonly marks: Map<string, number>;
}

function total({ evidence }: Candidate): number {
  return evidence.reduce((sum, [, count]) => sum + count, 0);
}

/** Several prefixes and versions of one application together; of what has one prefix only, the most frequent. */
function mergeSpecs(specs: readonly LayoutSpec[]): LayoutSpec {
  const [first = { type: 'plain', prefix: '' } as const] = specs;
  const all = specs.filter((spec) => spec.type === first.type);
  if (first.type === 'django') {
    const djangos = all.filter((spec) => spec.type === 'django');
    return {
      type: 'django',
      prefixes: [...new Set(djangos.flatMap((spec) => spec.prefixes))],
      versions: [...new Set(djangos.flatMap((spec) => spec.versions))],
    };
  }
  if (first.type === 'wordpress') {
    const blogs = all.flatMap((spec) => (spec.type === 'wordpress' ? spec.blogPrefixes : []));
    return { ...first, blogPrefixes: [...new Set(blogs)] };
  }
  // The first segment is the namespace only where it is the same everywhere.
  if (first.type === 'rails' && specs.length > 1) return { ...first, namespace: '' };
  if (first.type === 'spring' && specs.length > 1) return { ...first, prefix: '' };
  return first;
}

function countFits(spec: LayoutSpec, sample: readonly SampledKey[]): number {
  const layout = createLayout(spec);
  return sample.filter(({ key }) => layout.toLogical(key) !== undefined).length;
}

/** What all keys start with, up to and including a separator; empty for fewer than two keys. */
function commonPrefix(keys: readonly Buffer[]): string {
  const [first, ...rest] = keys;
  if (first === undefined || rest.length === 0) return '';
  let length = first.length;
  for (const key of rest) {
    let same = 0;
    while (same < length && same < key.length && key[same] === first[same]) same++;
    length = same;
  }
  const text = first.toString('utf8', 0, length);
  return /^[\s\S]*[:/.|]/.exec(text)?.[0] ?? '';
}
