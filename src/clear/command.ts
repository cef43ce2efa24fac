import type { CommandSpec } from '../cli/command.ts';
import { CONSENT_FLAGS, QUOTED_INPUT_FLAG } from '../cli/shared-flags.ts';

/** `cachectl clear`. */
export const clearSpec: CommandSpec = {
  path: ['clear'],
  summary: 'Delete keys, by name or by pattern',
  description:
    'Keys and patterns are logical: the prefix of the layout in the spec file is put in front. Keys are ' +
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
  ],
  examples: [
    { line: 'cachectl clear --pattern "user:*"', does: 'After a data fix: all entries of users' },
    { line: 'cachectl clear user:42 user:43', does: 'Exactly these keys' },
    { line: 'cachectl clear --pattern "user:*" --dry-run', does: 'See what would go' },
    { line: 'cachectl clear --all --confirm production', does: 'Everything, in a script' },
  ],
  risk: 'destroy',
  spec: 'optional',
  formats: ['table', 'json'],
  usesRedis: true,
  load: () => import('./run.ts'),
};
