import type { CommandSpec } from '../cli/command.ts';
import { KEY_ARGUMENT, SELECTION_FLAGS } from '../selection/flags.ts';

/** `cachectl keys`. Its room is called list because `keys` is the one for keys themselves. */
export const keysSpec: CommandSpec = {
  path: ['keys'],
  summary: 'List keys as a stream, with type, TTL, size and idle time',
  description:
    'Lists the keys that exist and are selected; all of them where nothing is said. They come as they are found, ' +
    'in no order, and memory stays small however many there are. For other programs use -0 or -o ndjson, which ' +
    'are exact for any byte.',
  args: [KEY_ARGUMENT],
  flags: [
    ...SELECTION_FLAGS.filter(({ name }) => name !== 'null'),
    { name: 'null', short: '0', summary: 'part keys by NUL bytes, here and in --keys-from, for xargs -0' },
    { name: 'with', value: 'FACTS', summary: 'show as well: type, ttl, size, idle; parted by commas' },
    {
      name: 'sort',
      value: 'FACT',
      choices: ['ttl', 'size', 'idle'],
      summary: 'the keys with the shortest life, the largest, or the longest unused',
    },
    { name: 'top', value: 'N', summary: 'how many keys --sort shows', fallback: '20' },
    { name: 'count', summary: 'the number of keys alone' },
  ],
  examples: [
    { line: 'cachectl keys --pattern "user:*"', does: 'A key a line' },
    { line: 'cachectl keys --sort size --top 10 --with type', does: 'The ten largest' },
    { line: 'cachectl keys --ttl none --count', does: 'How many never expire' },
    { line: "cachectl keys --idle '>7d' -0 | xargs -0 -n 100 redis-cli touch", does: 'For another tool' },
  ],
  risk: 'read',
  spec: 'optional',
  formats: ['table', 'json', 'ndjson', 'csv'],
  usesRedis: true,
  load: () => import('./run.ts'),
};
