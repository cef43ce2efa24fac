import type { ArgumentSpec, CommandSpec } from '../cli/command.ts';
import { LAYOUT_FLAGS } from '../cli/layout-flags.ts';
import { QUOTED_INPUT_FLAG } from '../cli/shared-flags.ts';

const TAGS: ArgumentSpec = { name: 'TAG', summary: 'a tag', required: true, repeatable: true };
const shared = { spec: 'optional', usesRedis: true } as const;

/** `cachectl tags list`. */
export const tagsListSpec: CommandSpec = {
  ...shared,
  path: ['tags', 'list'],
  summary: 'Show the tags of keys, with how many keys each has and how many are gone',
  description:
    "cachectl's own tags, which docs/tags.md describes. Tags of Laravel and Symfony are theirs: clear them with " +
    '--laravel-tag and --symfony-tag.',
  flags: [
    {
      name: 'limit',
      value: 'N',
      summary: 'how many tags are shown, those with the most keys',
      fallback: '100',
    },
    ...LAYOUT_FLAGS,
  ],
  examples: [{ line: 'cachectl tags list', does: 'Which tags there are' }],
  risk: 'read',
  formats: ['table', 'json', 'csv', 'markdown'],
  load: () => import('./run-list.ts'),
};

/** `cachectl tags show`. */
export const tagsShowSpec: CommandSpec = {
  ...shared,
  path: ['tags', 'show'],
  summary: 'Show the keys of tags, and how long they live',
  args: [TAGS],
  flags: [
    { name: 'limit', value: 'N', summary: 'how many keys of each tag are shown', fallback: '100' },
    QUOTED_INPUT_FLAG,
    ...LAYOUT_FLAGS,
  ],
  examples: [{ line: 'cachectl tags show product:42', does: 'What clear --tag product:42 would remove' }],
  risk: 'read',
  formats: ['table', 'json'],
  load: () => import('./run-show.ts'),
};

/** `cachectl tags add`. */
export const tagsAddSpec: CommandSpec = {
  ...shared,
  path: ['tags', 'add'],
  summary: 'Give a key tags, so that it can be cleared with them',
  description: 'A key that is not there gets none, which is no error: it may have expired.',
  args: [{ name: 'KEY', summary: 'a key, exactly', required: true }, TAGS],
  flags: [QUOTED_INPUT_FLAG, ...LAYOUT_FLAGS],
  examples: [{ line: 'cachectl tags add user:42 users tenant:7', does: 'Two tags for a key' }],
  risk: 'write',
  formats: ['table', 'json'],
  load: () => import('./run-add.ts'),
};

/** `cachectl tags repair`. */
export const tagsRepairSpec: CommandSpec = {
  ...shared,
  path: ['tags', 'repair'],
  summary: 'Make the index of tags right again: orphans out, lost keys in, expiries as they should be',
  description:
    'Removes what is gone from the sets, corrects the expiry of keys whose life was changed, and adds keys again ' +
    'whose tags are written down beside them (those that warm or tags add has tagged).',
  flags: [{ name: 'dry-run', summary: 'count what would change; change nothing' }, ...LAYOUT_FLAGS],
  examples: [{ line: 'cachectl tags repair --dry-run', does: 'Whether anything is wrong' }],
  risk: 'write',
  formats: ['table', 'json'],
  load: () => import('./run-repair.ts'),
};
