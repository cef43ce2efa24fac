import type { CommandSpec } from '../cli/command.ts';
import { LAYOUT_FLAGS } from '../cli/layout-flags.ts';
import { AUDIT_FLAG, CONSENT_FLAGS, QUOTED_INPUT_FLAG } from '../cli/shared-flags.ts';

/** `cachectl restore`. */
export const restoreSpec: CommandSpec = {
  path: ['restore'],
  summary: 'Put back the keys of a backup that clear has written',
  description:
    'Keys come back under their physical names with their values and the moments when they expire; those ' +
    'whose moment has passed are left out. Of a file that was cut or altered, everything that is whole comes ' +
    'back, and what is lost is said. A backup of a single server fits a cluster, and the other way round.',
  args: [{ name: 'FILE', summary: 'the backup', required: true, isFile: true }],
  flags: [
    { name: 'replace', summary: 'write over keys that exist; otherwise they are left as they are' },
    {
      name: 'pattern',
      short: 'p',
      value: 'GLOB',
      repeatable: true,
      summary: 'only the keys that match; with several, those that match any',
    },
    { name: 'dry-run', summary: 'check the file and count; write nothing' },
    QUOTED_INPUT_FLAG,
    ...LAYOUT_FLAGS,
    AUDIT_FLAG,
    ...CONSENT_FLAGS,
  ],
  examples: [
    { line: 'cachectl restore users.bak --dry-run', does: 'Check a backup, and see what would come back' },
    { line: 'cachectl restore users.bak', does: 'What is not there any more' },
    { line: 'cachectl restore users.bak --replace --pattern "user:42:*"', does: 'One user, as it was' },
  ],
  risk: 'write',
  spec: 'optional',
  formats: ['table', 'json'],
  usesRedis: true,
  load: () => import('./run.ts'),
};
