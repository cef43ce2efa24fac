import type { ArgumentSpec, CommandSpec, FlagSpec } from '../cli/command.ts';
import { LAYOUT_FLAGS } from '../cli/layout-flags.ts';
import { AUDIT_FLAG, CONSENT_FLAGS } from '../cli/shared-flags.ts';
import { APPLY_FLAGS, REMOVAL_FLAGS } from '../clear/flags.ts';
import { NARROWING_FLAGS } from '../selection/flags.ts';

const NAMES: ArgumentSpec = { name: 'NAME', summary: 'a namespace of the spec file', repeatable: true };
const NAME: ArgumentSpec = { name: 'NAME', summary: 'a namespace of the spec file', required: true };
const DRY_RUN: FlagSpec = { name: 'dry-run', summary: 'show what would change; change nothing' };

const shared = { spec: 'optional', usesRedis: true } as const;

/** `cachectl namespace list`. */
export const namespaceListSpec: CommandSpec = {
  ...shared,
  path: ['namespace', 'list'],
  summary: 'Show the versions of namespaces, with their keys and memory',
  description:
    'Walks the names of keys once. Where the spec file defines no namespaces, those are shown that have a ' +
    'counter called cache_version:NAME.',
  args: [NAMES],
  flags: [...LAYOUT_FLAGS],
  examples: [
    { line: 'cachectl namespace list', does: 'All namespaces' },
    { line: 'cachectl namespace list products --json', does: 'One of them, for a script' },
  ],
  risk: 'read',
  formats: ['table', 'json', 'csv', 'markdown'],
  load: () => import('./run-list.ts'),
};

/** `cachectl namespace get`. */
export const namespaceGetSpec: CommandSpec = {
  ...shared,
  path: ['namespace', 'get'],
  summary: 'Print the current version of a namespace',
  args: [{ ...NAMES, required: true }],
  flags: [...LAYOUT_FLAGS],
  examples: [{ line: 'cachectl namespace get products', does: 'The number alone' }],
  risk: 'read',
  formats: ['table', 'json'],
  load: () => import('./run-get.ts'),
};

/** `cachectl namespace bump`. */
export const namespaceBumpSpec: CommandSpec = {
  ...shared,
  path: ['namespace', 'bump'],
  summary: 'Raise the version of namespaces: all of their keys are old at once',
  description:
    'One atomic step for each, however many keys there are. The old keys stay until they expire, or until ' +
    'cachectl namespace gc removes them, and cachectl namespace rollback brings them back.',
  args: [{ ...NAMES, required: true }],
  flags: [DRY_RUN, ...LAYOUT_FLAGS, AUDIT_FLAG, ...CONSENT_FLAGS],
  examples: [
    { line: 'cachectl namespace bump products', does: 'After a price list was imported' },
    { line: 'cachectl namespace bump products categories --dry-run', does: 'See from where to where' },
  ],
  risk: 'destroy',
  formats: ['table', 'json'],
  load: () => import('./run-bump.ts'),
};

/** `cachectl namespace rollback`. */
export const namespaceRollbackSpec: CommandSpec = {
  ...shared,
  path: ['namespace', 'rollback'],
  summary: 'Go back to the version before, while its keys live',
  description:
    'Moves the counter back in one atomic step, which fails if somebody else moves it meanwhile. Versions ' +
    'without keys, and half-filled ones, are none to go back to: where there is no other, nothing changes, and the ' +
    'exit code is 5. To be at the version of --to already is exit 0.',
  args: [NAME],
  flags: [
    { name: 'to', value: 'VERSION', summary: 'to this version', fallback: 'the newest older one with keys' },
    DRY_RUN,
    ...LAYOUT_FLAGS,
    AUDIT_FLAG,
    ...CONSENT_FLAGS,
  ],
  examples: [{ line: 'cachectl namespace rollback products', does: 'What was filled last was wrong' }],
  risk: 'destroy',
  formats: ['table', 'json'],
  load: () => import('./run-rollback.ts'),
};

/** `cachectl namespace gc`. */
export const namespaceGcSpec: CommandSpec = {
  ...shared,
  path: ['namespace', 'gc'],
  summary: 'Remove the keys of versions that nobody reads any more',
  description:
    'Keeps the current version and the newest older ones. Versions above the current one go as well: what was ' +
    'rolled back, and what a run that was cut off has left half-filled; one that is being filled right now stays. ' +
    'Keys are removed as cachectl clear removes them.',
  args: [NAMES],
  flags: [
    { name: 'keep', value: 'N', summary: 'how many older versions stay', fallback: '1' },
    ...REMOVAL_FLAGS,
    ...APPLY_FLAGS,
    ...NARROWING_FLAGS,
    ...LAYOUT_FLAGS,
  ],
  examples: [
    { line: 'cachectl namespace gc --dry-run', does: 'What would go, of all namespaces' },
    {
      line: 'cachectl namespace gc products --keep 0 --rate 5000/s',
      does: 'All but the current version, slowly',
    },
    { line: 'cachectl namespace gc --plan old.plan', does: 'For somebody else to look at' },
    {
      line: 'cachectl namespace gc --apply old.plan --backup old.bak',
      does: 'Exactly those keys, unless a counter has moved since',
    },
  ],
  missingFlags: [
    {
      names: ['pattern', 'keys-from', 'scope', 'all', 'tag'],
      because: 'the counters say which versions go',
      instead:
        'narrow them with NAME, --keep, --exclude, --regex and the like; cachectl clear takes any keys',
    },
    {
      names: ['flush'],
      because: 'it would empty the whole database, the current versions included',
      instead: 'if that is meant: cachectl clear --all --flush',
    },
    {
      names: ['rewarm', 'chunk', 'max-failures'],
      because: 'nobody reads the versions that go, so there is nothing to warm again',
      instead: 'cachectl warm --next-version fills a version before it is read',
    },
  ],
  risk: 'destroy',
  isBulk: true,
  formats: ['table', 'json'],
  load: () => import('./run-gc.ts'),
};
