import type { LayoutSpec } from '../config/layout.ts';
import type { KeyExplanation } from './explanation.ts';
import { djangoLayout } from './layout/django.ts';
import { keyvLayout } from './layout/keyv.ts';
import { laravelLayout } from './layout/laravel.ts';
import { plainLayout } from './layout/plain.ts';
import { railsLayout } from './layout/rails.ts';
import { springLayout } from './layout/spring.ts';
import { symfonyLayout } from './layout/symfony.ts';
import { wordpressLayout } from './layout/wordpress.ts';

/**
 * The rule between logical keys (what the application says) and physical ones (what Redis stores). One
 * logical key may have several places: several prefixes or versions, or a hash that releases of the
 * framework compute differently. Whoever looks for keys uses the plural methods, whoever writes the others.
 */
export interface Layout {
  readonly type: LayoutSpec['type'];
  readonly spec: LayoutSpec;
  /** What a physical key that is written starts with; empty where the layout has no prefix. */
  readonly prefix: Buffer;
  /** Where an entry is written: the first of {@link toPhysicalKeys}. */
  toPhysical(logical: Buffer): Buffer;
  /** Every place where an entry may be; at least one, each once. */
  toPhysicalKeys(logical: Buffer): readonly Buffer[];
  /** `undefined` where the physical key is not of this layout. */
  toLogical(physical: Buffer): Buffer | undefined;
  /** A glob over logical keys as a glob over physical ones, the prefix taken literally: the first of the plural. */
  toPhysicalPattern(pattern: Buffer): Buffer;
  /** A glob for every place. */
  toPhysicalPatterns(pattern: Buffer): readonly Buffer[];
  /** What a physical key is; `undefined` where it is not of this layout. */
  explain(physical: Buffer): KeyExplanation | undefined;
}

/** The layout that a spec file names. */
export function createLayout(spec: LayoutSpec | undefined): Layout {
  switch (spec?.type) {
    case undefined:
      return plainLayout({ type: 'plain', prefix: '' });
    case 'plain':
      return plainLayout(spec);
    case 'django':
      return djangoLayout(spec);
    case 'rails':
      return railsLayout(spec);
    case 'laravel':
      return laravelLayout(spec);
    case 'spring':
      return springLayout(spec);
    case 'symfony':
      return symfonyLayout(spec);
    case 'wordpress':
      return wordpressLayout(spec);
    case 'keyv':
      return keyvLayout(spec);
  }
}

/** Keys as Redis has them, explained by a layout all the same: for `--raw`. */
export function rawLayout(layout: Layout): Layout {
  return {
    ...plainLayout({ type: 'plain', prefix: '' }),
    type: layout.type,
    spec: layout.spec,
    explain: (physical) => layout.explain(physical),
  };
}
