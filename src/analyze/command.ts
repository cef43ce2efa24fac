import type { CommandSpec } from '../cli/command.ts';
import { LAYOUT_FLAGS } from '../cli/layout-flags.ts';
import { QUOTED_INPUT_FLAG } from '../cli/shared-flags.ts';
import { paceFlags } from '../pace/flags.ts';

/** `cachectl analyze`. */
export const analyzeSpec: CommandSpec = {
  path: ['analyze'],
  summary: 'Show what the memory goes to: by prefix, pattern, type and TTL, and what to do about it',
  description:
    'Walks the keys once and asks type, TTL and memory of each, or of a sample. Numbers, hashes and identifiers in ' +
    'keys are folded, so that user:1, user:2 and all the others are one pattern, user:{n}. Only reads, and ' +
    'no key counts as used by it, but the server counts the looks at type and TTL among its hits; memory stays ' +
    'small however many keys there are.',
  flags: [
    {
      name: 'pattern',
      short: 'p',
      value: 'GLOB',
      repeatable: true,
      summary: 'only keys that match: * ? [a-z] [^a] \\; with several, those that match any',
    },
    { name: 'exclude', value: 'GLOB', repeatable: true, summary: 'but not keys that match' },
    {
      name: 'sample',
      value: 'PART',
      summary: 'look at a part (1%) or a number of keys (10000), and estimate the rest with its error',
    },
    { name: 'depth', value: 'N', summary: 'how deep the tree of prefixes goes', fallback: '2' },
    {
      name: 'separator',
      value: 'CHARACTERS',
      summary: 'what parts the segments of keys',
      fallback: ':/|.',
    },
    { name: 'top', value: 'N', summary: 'rows of each table, and biggest keys', fallback: '10' },
    {
      name: 'samples',
      value: 'N',
      summary: 'elements of each collection that the server looks at for its memory; 0 is all',
      fallback: "the server's 5",
    },
    { name: 'idle', summary: 'ask as well how long each key has not been used' },
    {
      name: 'hot',
      value: 'DURATION',
      valueIsOptional: true,
      summary:
        'what is used most: by the counters of servers whose policy is LFU, and by listening for so long (MONITOR)',
    },
    {
      name: 'max-events',
      value: 'N',
      summary: 'of listening: end it after so many commands',
      fallback: '1000000',
    },
    { name: 'yes', short: 'y', summary: 'listen to a protected connection, too' },
    { name: 'advise', summary: 'say what should be changed, with evidence and the command that does it' },
    { name: 'report', value: 'FILE.html', summary: 'write the report as one page, with a map of the memory' },
    ...paceFlags('look at'),
    QUOTED_INPUT_FLAG,
    ...LAYOUT_FLAGS,
  ],
  examples: [
    { line: 'cachectl analyze', does: 'What the memory goes to' },
    { line: 'cachectl analyze --sample 1%', does: 'The same in a moment, as estimates' },
    { line: 'cachectl analyze --advise', does: 'And what to do about it' },
    { line: 'cachectl analyze --hot 10s', does: 'What is read and written most, too' },
    { line: 'cachectl analyze --hot', does: 'What is used most, where the policy is LFU' },
    { line: 'cachectl analyze -o tree --depth 3', does: 'The tree of prefixes' },
    { line: 'cachectl analyze --report cache.html', does: 'A page to pass on' },
  ],
  risk: 'read',
  spec: 'optional',
  formats: ['table', 'tree', 'json', 'csv', 'markdown'],
  usesRedis: true,
  load: () => import('./run.ts'),
};
