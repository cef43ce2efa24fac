import type { CommandSpec } from '../cli/command.ts';
import { ADDRESS_FLAGS } from '../cli/address-flags.ts';
import { LAYOUT_FLAGS } from '../cli/layout-flags.ts';
import { CONSENT_FLAGS, QUOTED_INPUT_FLAG } from '../cli/shared-flags.ts';

/** `cachectl clear`. */
export const clearSpec: CommandSpec = {
  path: ['clear'],
  summary: 'Delete keys, by name, by pattern or by framework address',
  description:
    'Keys and patterns are logical, as the layout in the spec file says; --raw means physical ones. Keys are ' +
    'found with SCAN and removed with UNLINK, so the server never stands still. On a terminal a pattern ' +
    'is asked about first; in a script it is not.',
  args: [{ name: 'KEY', summary: 'a key to delete, exactly', repeatable: true }],
  flags: [
    {
      name: 'pattern',
      short: 'p',
      value: 'GLOB',
      repeatable: true,
      summary: 'delete the keys that match: * ? [a-z] \\',
    },
    { name: 'all', summary: 'delete every key of the layout, or of the database where it has no prefix' },
    { name: 'dry-run', summary: 'count and show what would be deleted; delete nothing' },
    ...CONSENT_FLAGS,
    QUOTED_INPUT_FLAG,
    ...ADDRESS_FLAGS,
    ...LAYOUT_FLAGS,
  ],
  examples: [
    { line: 'cachectl clear --pattern "user:*"', does: 'After a data fix: all entries of users' },
    { line: 'cachectl clear user:42 user:43', does: 'Exactly these keys' },
    { line: 'cachectl clear --pattern "user:*" --dry-run', does: 'See what would go' },
    {
      line: 'cachectl clear --django-view https://shop.example/products/',
      does: 'All that Django has cached of one page',
    },
    { line: 'cachectl clear --all --confirm production', does: 'Everything, in a script' },
  ],
  risk: 'destroy',
  spec: 'optional',
  formats: ['table', 'json'],
  usesRedis: true,
  load: () => import('./run.ts'),
};
