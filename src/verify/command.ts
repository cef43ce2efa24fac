import type { CommandSpec } from '../cli/command.ts';
import { LAYOUT_FLAGS } from '../cli/layout-flags.ts';
import { CONDITION_ARG, SCOPE_FLAG } from '../cli/shared-flags.ts';

/** `cachectl verify`. */
export const verifySpec: CommandSpec = {
  path: ['verify'],
  summary: 'Compare what is cached with what the application answers now',
  description:
    'Requests each target of a scope that is in the cache and compares: same, different, missing, undecodable. ' +
    'What an entry lists under ignore (generated_at, items[*].seen_at) makes no difference. A difference is ' +
    'looked at twice before it counts. Cares for the origin as warm does.',
  args: [CONDITION_ARG],
  flags: [
    SCOPE_FLAG,
    { name: 'limit', value: 'N', summary: 'look at so many targets at most' },
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
      summary: 'begin with few requests at once, and make them more while the origin keeps up',
    },
    { name: 'fix', summary: 'warm again what differs or cannot be decoded' },
    {
      name: 'assert',
      value: 'CONDITION',
      repeatable: true,
      summary: "fail with exit 6 unless it holds: 'stale <= 1%', 'missing == 0'",
    },
    { name: 'allow-no-data', summary: 'let an assertion pass where nothing could be compared' },
    ...LAYOUT_FLAGS,
  ],
  examples: [
    { line: 'cachectl verify --scope homepage', does: 'Is what is cached still true?' },
    { line: "cachectl verify --scope all --assert 'stale <= 1%'", does: 'As a gate in CI' },
    { line: 'cachectl verify --scope products --fix', does: 'Warm again what is not' },
  ],
  risk: 'write',
  spec: 'required',
  gates: true,
  formats: ['table', 'json', 'markdown', 'junit'],
  usesRedis: true,
  load: () => import('./run.ts'),
};
