import type { LayoutSpec } from '../config/spec.ts';
import { escapeGlob } from './pattern.ts';

/** The rule between logical keys (what the application says) and physical ones (what Redis stores). */
export interface Layout {
  readonly type: string;
  /** What every physical key starts with; empty where the layout has no prefix. */
  readonly prefix: Buffer;
  toPhysical(logical: Buffer): Buffer;
  /** `undefined` where the physical key is not of this layout. */
  toLogical(physical: Buffer): Buffer | undefined;
  /** A glob over logical keys as a glob over physical ones, the prefix taken literally. */
  toPhysicalPattern(pattern: Buffer): Buffer;
}

/** The layout that a spec file names. */
export function createLayout(spec: LayoutSpec | undefined): Layout {
  const prefix = Buffer.from(spec?.prefix ?? '', 'utf8');
  const escapedPrefix = escapeGlob(prefix);
  return {
    type: 'plain',
    prefix,
    toPhysical: (logical) => Buffer.concat([prefix, logical]),
    toLogical: (physical) =>
      physical.subarray(0, prefix.length).equals(prefix) ? physical.subarray(prefix.length) : undefined,
    toPhysicalPattern: (pattern) => Buffer.concat([escapedPrefix, pattern]),
  };
}
