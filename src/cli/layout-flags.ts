import type { LayoutSpec } from '../config/layout.ts';
import { inGroup, type FlagSpec } from './command.ts';

/** The layouts that there are. */
export const LAYOUT_TYPES = [
  'plain',
  'django',
  'rails',
  'laravel',
  'spring',
  'symfony',
  'wordpress',
  'keyv',
] as const satisfies readonly LayoutSpec['type'][];

/** How keys given and shown relate to what Redis stores: flags of every command that works with keys. */
export const LAYOUT_FLAGS: readonly FlagSpec[] = inGroup('How keys are named', [
  {
    name: 'layout',
    value: 'TYPE[:NAME=VALUE,...]',
    summary: `layout of the keys instead of the spec file's: ${LAYOUT_TYPES.join(', ')}; for example django:prefix=shop,version=2`,
  },
  {
    name: 'key-version',
    value: 'N',
    repeatable: true,
    summary: "VERSION of Django's keys, instead of the layout's",
  },
  { name: 'raw', summary: 'keys and patterns are physical: exactly what Redis stores' },
]);
