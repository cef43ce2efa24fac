import type { CommandSpec } from '../cli/command.ts';
import { LAYOUT_FLAGS } from '../cli/layout-flags.ts';
import { SCOPE_FLAG } from '../cli/shared-flags.ts';

/** `cachectl loadtest`. */
export const loadtestSpec: CommandSpec = {
  path: ['loadtest'],
  summary: 'Measure what the cache is worth: every endpoint without and with it',
  description:
    'For a scope, each target is requested from the origin with its entry removed, then stored, then read from ' +
    'Redis as an application would. For --url, the address is requested as it is. --url takes web addresses here; ' +
    'one that starts with redis:// names the Redis, as everywhere.',
  flags: [
    SCOPE_FLAG,
    {
      name: 'requests',
      short: 'n',
      value: 'N',
      summary: 'requests for each endpoint and phase',
      fallback: '50',
    },
    {
      name: 'duration',
      short: 'd',
      value: 'DURATION',
      summary: 'instead of a number: how long for each endpoint and phase',
    },
    { name: 'connections', value: 'N', summary: 'requests under way at once', fallback: '4' },
    { name: 'limit', value: 'N', summary: 'at most so many targets of each scope', fallback: '10' },
    {
      name: 'count-header',
      value: 'NAME',
      summary: 'a number in the answers to average, such as X-DB-Queries',
    },
    {
      name: 'confirm',
      value: 'NAME',
      summary: "the target's name, where a protected connection is concerned",
    },
    ...LAYOUT_FLAGS,
  ],
  examples: [
    { line: 'cachectl loadtest --scope homepage', does: 'Without the cache against with it' },
    {
      line: 'cachectl loadtest --scope homepage --count-header X-DB-Queries',
      does: 'With database queries counted',
    },
    {
      line: 'cachectl loadtest --url http://127.0.0.1:8000/ --duration 10s',
      does: 'One address, for ten seconds',
    },
  ],
  risk: 'write',
  spec: 'optional',
  formats: ['table', 'json', 'csv', 'markdown'],
  usesRedis: true,
  load: () => import('./run.ts'),
};
