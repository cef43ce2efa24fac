import type { CommandSpec } from '../cli/command.ts';
import { LAYOUT_FLAGS } from '../cli/layout-flags.ts';
import { CONSENT_FLAGS } from '../cli/shared-flags.ts';
import { DATA_FLAGS } from '../invalidation/command.ts';

/** `cachectl deploy`. */
export const deploySpec: CommandSpec = {
  path: ['deploy'],
  summary: 'What a deploy does to the cache: a rule of the spec file, then its budgets, as one report',
  description:
    'Carries out a rule as invalidate does (clear and bump, then requests, then warming), and then holds the ' +
    'budgets of the spec file against the figures, as stats --check does. Exit 5 where an action failed, ' +
    'otherwise 6 where a budget does not hold.',
  args: [{ name: 'EVENT', summary: 'the name of a rule under invalidation', required: true }],
  flags: [
    ...DATA_FLAGS,
    { name: 'no-check', summary: 'leave the budgets out' },
    { name: 'allow-no-data', summary: 'let a budget pass where there is nothing to measure it by' },
    { name: 'dry-run', summary: 'show what would be run, sent and checked; do nothing' },
    ...CONSENT_FLAGS,
    ...LAYOUT_FLAGS,
  ],
  examples: [
    { line: 'cachectl deploy release', does: 'After the new release is up' },
    { line: 'cachectl deploy release --dry-run', does: 'See what that would be' },
  ],
  risk: 'destroy',
  spec: 'required',
  gates: true,
  formats: ['table', 'json'],
  usesRedis: true,
  load: () => import('./run.ts'),
};
