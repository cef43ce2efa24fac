import type { CommandSpec } from '../cli/command.ts';
import { CONDITION_ARG } from '../cli/shared-flags.ts';

/** `cachectl stats`. */
export const statsSpec: CommandSpec = {
  path: ['stats'],
  summary: 'Report hit rate, memory, keys and evictions, and check them in CI',
  description:
    'Counters are those of the whole server since it started, and marked so; --interval measures what happens from ' +
    'now on instead. By prefix or by group of the spec file, hit rates are measured by listening for a bounded time ' +
    '(MONITOR and the events of misses), which slows busy servers down. An assertion names a metric, an operator ' +
    'and what is wanted: hit_rate >= 80, memory_used < 80% of maxmemory, users.hit_rate >= 70, ' +
    'hit_rate >= baseline - 5. A rate with no reads behind it fails its assertion, unless --allow-no-data says ' +
    'otherwise.',
  args: [CONDITION_ARG],
  flags: [
    {
      name: 'interval',
      value: 'DURATION',
      summary: 'measure the difference over this time; of --watch, between moments',
    },
    {
      name: 'watch',
      value: 'DURATION',
      valueIsOptional: true,
      summary: 'show how it goes, redrawn in place (keys: q, p); in a pipe a line for each moment',
      fallback: '2s',
    },
    { name: 'by-prefix', summary: 'tell keys apart by what stands before the first separator' },
    { name: 'depth', value: 'N', summary: 'of --by-prefix: before the Nth separator', fallback: '1' },
    { name: 'separator', value: 'CHARS', summary: 'of --by-prefix: what separates', fallback: ':' },
    { name: 'by-group', summary: 'tell the groups of the spec file apart' },
    {
      name: 'only',
      value: 'WHAT',
      choices: ['hits', 'keys'],
      summary: 'of groups: hits listens and does not walk over all keys, keys walks and does not listen',
    },
    { name: 'sample', value: 'DURATION', summary: 'how long to listen', fallback: '10s' },
    { name: 'max-events', value: 'N', summary: 'listen to at most so many commands', fallback: '1000000' },
    { name: 'yes', short: 'y', summary: 'listen to a protected connection as well' },
    {
      name: 'assert',
      value: 'CONDITION',
      repeatable: true,
      summary: "fail with exit 6 unless it holds: 'hit_rate >= 80'",
    },
    { name: 'check', summary: 'assert what stands under budgets: in the spec file' },
    { name: 'allow-no-data', summary: 'let assertions pass of which there is no data' },
    { name: 'save', value: 'FILE', summary: 'write the report to a file, to compare with later' },
    { name: 'baseline', value: 'FILE', summary: 'show the difference to a saved report, and assert on it' },
    { name: 'per-node', summary: 'show every primary of a cluster as well' },
    { name: 'repair', summary: 'put back what a run that was killed while listening has left' },
  ],
  examples: [
    { line: 'cachectl stats', does: 'How the cache is doing' },
    { line: "cachectl stats --assert 'hit_rate >= 80'", does: 'As a gate in CI' },
    { line: 'cachectl stats --watch', does: 'How it goes, until q' },
    { line: 'cachectl stats --by-prefix --sample 10s', does: 'Hit rate, keys and memory of each prefix' },
    { line: 'cachectl stats --interval 10s --check -o junit > stats.xml', does: 'Budgets as a test report' },
    { line: 'cachectl stats --json', does: 'For a script' },
  ],
  risk: 'read',
  spec: 'optional',
  gates: true,
  formats: ['table', 'json', 'ndjson', 'csv', 'markdown', 'junit', 'prometheus'],
  usesRedis: true,
  load: () => import('./run.ts'),
};
