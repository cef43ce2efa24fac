import type { CommandSpec } from '../cli/command.ts';
import { LAYOUT_FLAGS } from '../cli/layout-flags.ts';
import { SCOPE_FLAG } from '../cli/shared-flags.ts';

/** `cachectl warm`. */
export const warmSpec: CommandSpec = {
  path: ['warm'],
  summary: "Fill the cache by calling the application's own endpoints",
  description:
    'Reads the scopes of the spec file, fills in their variables, requests each target from the origin and ' +
    'stores successful answers under their keys with a TTL. A target that fails leaves the old entry as it was.',
  flags: [
    SCOPE_FLAG,
    {
      name: 'limit',
      value: '[SCOPE=]N',
      repeatable: true,
      summary: 'at most so many targets of each scope, or of one',
    },
    {
      name: 'concurrency',
      value: 'N',
      summary: 'requests under way at once',
      fallback: '16, or what the spec file says',
    },
    { name: 'dry-run', summary: 'show the plan: ask the sources of variables, request and store nothing' },
    ...LAYOUT_FLAGS,
  ],
  examples: [
    { line: 'cachectl warm --scope homepage', does: 'In a deploy script' },
    { line: 'cachectl warm --scope users --limit 50', does: 'The first fifty users only' },
    { line: 'cachectl warm --scope all --limit users=50', does: 'Everything, but of the users only fifty' },
    { line: 'cachectl warm --scope all --dry-run', does: 'See what would be requested and stored' },
  ],
  risk: 'write',
  spec: 'required',
  formats: ['table', 'json', 'csv', 'markdown'],
  usesRedis: true,
  load: () => import('./run.ts'),
};
