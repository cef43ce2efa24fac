import type { CommandSpec } from '../cli/command.ts';
import { AUDIT_FLAG, CONSENT_FLAGS } from '../cli/shared-flags.ts';
import { paceFlags } from '../pace/flags.ts';
import { KEY_ARGUMENT, SELECTION_FLAGS } from '../selection/flags.ts';

/** `cachectl ttl`. */
export const ttlSpec: CommandSpec = {
  path: ['ttl'],
  summary: 'Change how long keys live: set, extend, cap or persist',
  description:
    'Changes the life of the selected keys and shows it before and after. One change a run. Nothing is asked, ' +
    'except over the whole keyspace (y/N, in a script --yes) and on a protected connection (--confirm NAME): a ' +
    'life of a second is a deletion under another name. Of a tag, the items change; the list of them keeps its own life.',
  args: [KEY_ARGUMENT],
  flags: [
    { name: 'set', value: 'DURATION', summary: 'live exactly so long from now on' },
    {
      name: 'jitter',
      value: 'PERCENT',
      summary: 'with --set: so much more or less, so that not all expire at once',
    },
    { name: 'extend', value: 'DURATION', summary: 'live so much longer, where there is an end' },
    { name: 'cap', value: 'DURATION', summary: 'live at most so long; never longer than before' },
    { name: 'persist', summary: 'never expire' },
    { name: 'only-missing', summary: 'with --set: only keys that never expire' },
    { name: 'dry-run', summary: 'show what would change; change nothing' },
    ...paceFlags('change'),
    ...SELECTION_FLAGS,
    AUDIT_FLAG,
    ...CONSENT_FLAGS,
  ],
  examples: [
    {
      line: 'cachectl ttl --pattern "session:*" --set 1d --only-missing --jitter 10%',
      does: 'Stop a leak of keys without TTL',
    },
    { line: 'cachectl ttl --pattern "user:*" --cap 1h', does: 'Nothing of users older than an hour' },
    { line: 'cachectl ttl user:42 --extend 10m', does: 'Ten minutes more' },
    {
      line: 'cachectl ttl --pattern "product:*" --cap 1d --rate 5000/s --max-latency 2ms',
      does: 'Very many keys, without others noticing',
    },
    { line: 'cachectl ttl --pattern "config:*" --persist --dry-run', does: 'See what would change' },
  ],
  risk: 'write',
  spec: 'optional',
  formats: ['table', 'json'],
  usesRedis: true,
  isBulk: true,
  load: () => import('./run.ts'),
};
