import type { CommandSpec } from '../cli/command.ts';
import { LAYOUT_FLAGS } from '../cli/layout-flags.ts';

/** `cachectl doctor`. */
export const doctorSpec: CommandSpec = {
  path: ['doctor'],
  summary: 'Check the whole way from here to the cache, and say how to mend what is wrong',
  description:
    'Connection, permissions, round trip, a write and a read, clocks, persistence, memory, hit rate, keys without TTL, ' +
    'slow commands, clients, big keys, this program, the spec file, the origin and the completion of your shell. Each ' +
    'check passed, is a warning or failed, with why it matters and what mends it. Writes one key of its own, which ' +
    'lives for ten seconds at most; with CACHECTL_ENABLED=false not even that.',
  flags: [
    { name: 'strict', summary: 'exit 6 also where there are only warnings' },
    {
      name: 'hit-rate',
      value: 'PERCENT',
      summary: 'warn where fewer reads than this find their key',
      fallback: '80',
    },
    ...LAYOUT_FLAGS,
  ],
  examples: [
    { line: 'cachectl doctor', does: 'Is everything in order?' },
    { line: 'cachectl doctor --env production', does: 'With a certain connection of the spec file' },
    { line: 'cachectl doctor --strict --json', does: 'As a gate in CI' },
  ],
  risk: 'read',
  spec: 'lenient',
  formats: ['table', 'json', 'csv', 'markdown'],
  usesRedis: true,
  gates: true,
  load: () => import('./run.ts'),
};
