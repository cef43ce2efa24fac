import type { CommandSpec } from '../cli/command.ts';

/** `cachectl stats`. */
export const statsSpec: CommandSpec = {
  path: ['stats'],
  summary: 'Report hit rate, memory, keys and evictions, and check them in CI',
  description:
    'Counters are those of the whole server since it started. An assertion names a metric, an operator and a ' +
    'number, which may have a unit: hit_rate >= 80, memory_used < 512MB, uptime > 1h. A rate with no reads ' +
    'behind it fails its assertion.',
  flags: [
    {
      name: 'assert',
      value: 'CONDITION',
      repeatable: true,
      summary: "fail with exit 6 unless it holds: 'hit_rate >= 80'",
    },
    { name: 'per-node', summary: 'show every primary of a cluster as well' },
  ],
  examples: [
    { line: 'cachectl stats', does: 'How the cache is doing' },
    { line: "cachectl stats --assert 'hit_rate >= 80'", does: 'As a gate in CI' },
    { line: 'cachectl stats --json', does: 'For a script' },
  ],
  risk: 'read',
  spec: 'optional',
  formats: ['table', 'json', 'csv', 'markdown'],
  usesRedis: true,
  gates: true,
  load: () => import('./run.ts'),
};
