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
      name: 'where',
      value: 'CONDITION',
      repeatable: true,
      summary: "only targets whose variables meet it: 'id == 42'; with several, those that meet any",
    },
    {
      name: 'concurrency',
      value: 'N',
      summary: 'requests under way at once',
      fallback: '16, or what the spec file says',
    },
    { name: 'concurrency-per-host', value: 'N', summary: 'the same, on one host' },
    { name: 'rate', value: 'N/s', summary: 'at most so many requests in a time, as in 50/s or 600/m' },
    {
      name: 'adaptive',
      summary: 'begin with few requests at once, and make them more as long as the origin does not grow slow',
    },
    { name: 'only-missing', summary: 'leave alone what is in the cache already' },
    { name: 'force', summary: 'request and store everything anew, changed or not' },
    { name: 'certify', summary: 'call touched endpoints twice: the second answer has to come from a cache' },
    {
      name: 'lock',
      value: 'WHAT',
      choices: ['wait', 'skip', 'off'],
      summary: 'where another run warms the same scope: wait for it, leave it to it, or take no notice',
      fallback: 'wait',
    },
    {
      name: 'max-failures',
      value: 'N|N%',
      summary: 'stop as soon as more targets than this have failed',
    },
    { name: 'stop-on-failure', summary: 'stop at the first failure' },
    { name: 'allow-failures', summary: 'exit 0 also where targets failed' },
    {
      name: 'next-version',
      summary: 'fill the next version of the namespaces while the current one serves, and then switch to it',
    },
    {
      name: 'activate-if',
      value: 'ASSERTION',
      summary: 'with --next-version: switch only then; otherwise remove what was filled',
      fallback: "'success >= 100%'",
    },
    { name: 'targets', summary: 'with --json: every target in the report (-o ndjson streams them)' },
    { name: 'report', value: 'FILE.html', summary: 'write the report as one page' },
    { name: 'dry-run', summary: 'show the plan: ask the sources of variables, request and store nothing' },
    ...LAYOUT_FLAGS,
  ],
  examples: [
    { line: 'cachectl warm --scope homepage', does: 'In a deploy script' },
    { line: 'cachectl warm --scope users --limit 50', does: 'The first fifty users only' },
    { line: 'cachectl warm --scope all --limit users=50', does: 'Everything, but of the users only fifty' },
    { line: "cachectl warm --scope users --where 'id == 42'", does: 'One user, after a change' },
    { line: 'cachectl warm --scope all --dry-run', does: 'See what would be requested and stored' },
    {
      line: "cachectl warm --scope products --next-version --activate-if 'success >= 99%'",
      does: 'A new version without a cold moment',
    },
  ],
  risk: 'write',
  spec: 'required',
  gates: true,
  formats: ['table', 'json', 'ndjson', 'csv', 'markdown'],
  usesRedis: true,
  load: () => import('./run.ts'),
};
