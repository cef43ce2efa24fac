import type { FlagSpec } from '../cli/command.ts';
import { AUDIT_FLAG, CONSENT_FLAGS } from '../cli/shared-flags.ts';
import { paceFlags } from '../pace/flags.ts';

/** How keys are removed, wherever it was said which: flags of every command that clears. */
export const REMOVAL_FLAGS: readonly FlagSpec[] = [
  { name: 'dry-run', summary: 'count and show what would be deleted; delete nothing' },
  {
    name: 'plan',
    value: 'FILE',
    summary: 'write what would be deleted there, for --apply; delete nothing',
  },
  { name: 'max-keys', value: 'N', summary: 'delete nothing, and exit 7, where more keys match' },
  { name: 'backup', value: 'FILE', summary: 'write every key there before it goes, for cachectl restore' },
  {
    name: 'soft',
    value: 'DURATION',
    summary: 'let the keys expire, spread over this time, instead of deleting them at once',
  },
  {
    name: 'resume',
    value: 'FILE',
    summary: 'where an interrupted run keeps its place, and the next one goes on from',
  },
  ...paceFlags('remove'),
  AUDIT_FLAG,
  ...CONSENT_FLAGS,
];

/** A plan that was written before: flags of every command that writes one. */
export const APPLY_FLAGS: readonly FlagSpec[] = [
  {
    name: 'apply',
    value: 'FILE',
    summary: 'delete exactly the keys of a plan, if it is still the same Redis',
  },
  { name: 'max-age', value: 'DURATION', summary: 'how old a plan may be', fallback: '1h' },
];
