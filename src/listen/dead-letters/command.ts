import type { CommandSpec, FlagSpec } from '../../cli/command.ts';

const STREAM: FlagSpec = {
  name: 'dead-letters',
  value: 'KEY',
  summary: 'the stream that `listen` sets events aside in',
  fallback: 'cache:events:dead',
};
const EVENT: FlagSpec = {
  name: 'event',
  value: 'NAME',
  repeatable: true,
  summary: 'only events of this name',
};
const shared = { usesRedis: true } as const;

/** `cachectl dead-letters list`. */
export const deadLettersListSpec: CommandSpec = {
  ...shared,
  path: ['dead-letters', 'list'],
  summary: 'Show the events that `listen` has set aside, and why',
  flags: [
    STREAM,
    EVENT,
    { name: 'limit', value: 'N', summary: 'how many are shown, the newest first', fallback: '100' },
  ],
  examples: [
    { line: 'cachectl dead-letters list', does: 'What could not be carried out' },
    { line: 'cachectl dead-letters list --event product.updated --json', does: 'One kind, for a script' },
  ],
  risk: 'read',
  spec: 'optional',
  formats: ['table', 'json', 'csv', 'markdown'],
  load: () => import('./run-list.ts'),
};

/** `cachectl dead-letters replay`. */
export const deadLettersReplaySpec: CommandSpec = {
  ...shared,
  path: ['dead-letters', 'replay'],
  summary: 'Put events that were set aside back into their stream, to be carried out again',
  description:
    'For after the cause is mended. Each event goes back to the stream that it came from, and every group of that ' +
    'stream gets it. Added first and removed then: where it is broken off in between, an event is there twice, ' +
    'never lost.',
  args: [{ name: 'ID', summary: 'an event that was set aside, as list shows it', repeatable: true }],
  flags: [
    { name: 'all', summary: 'all of them' },
    EVENT,
    STREAM,
    { name: 'dry-run', summary: 'show which would go back; change nothing' },
  ],
  examples: [
    { line: 'cachectl dead-letters replay --event product.updated --dry-run', does: 'Which would go back' },
    { line: 'cachectl dead-letters replay --all', does: 'Try everything again' },
  ],
  risk: 'write',
  spec: 'optional',
  formats: ['table', 'json'],
  load: () => import('./run-replay.ts'),
};
