import type { CommandSpec, FlagSpec } from '../cli/command.ts';
import { LAYOUT_FLAGS } from '../cli/layout-flags.ts';
import { CONSENT_FLAGS } from '../cli/shared-flags.ts';

/** The values of an event on the command line. */
export const DATA_FLAGS: readonly FlagSpec[] = [
  { name: 'data', value: 'NAME=VALUE', repeatable: true, summary: "a value for the rule's placeholders" },
  { name: 'data-from', value: 'FILE', dash: 'stdin', summary: 'the values as a JSON object; - is stdin' },
];

/** `cachectl invalidate`. */
export const invalidateSpec: CommandSpec = {
  path: ['invalidate'],
  summary: 'Say that something changed: clear, bump, purge and warm what the spec file says',
  description:
    'The rule of the event in the spec file says what goes. Keys, patterns and tags are cleared and namespaces ' +
    'raised first, then requests are sent to what stands in front of the application, then scopes are warmed ' +
    'again. A failed action gives exit 5 and does not keep the others from being carried out, unless the rule ' +
    'says on_failure: stop.',
  args: [{ name: 'EVENT', summary: 'the name of a rule under invalidation', required: true }],
  flags: [
    ...DATA_FLAGS,
    { name: 'dry-run', summary: 'show what would be run and sent; do nothing' },
    ...CONSENT_FLAGS,
    ...LAYOUT_FLAGS,
  ],
  examples: [
    { line: 'cachectl invalidate product.updated --data id=42', does: 'After one product changed' },
    {
      line: 'cachectl invalidate product.updated --data id=42 --dry-run',
      does: 'See the commands that it stands for',
    },
    {
      line: `echo '{"id": 42}' | cachectl invalidate product.updated --data-from -`,
      does: 'With values as JSON',
    },
  ],
  risk: 'destroy',
  spec: 'required',
  formats: ['table', 'json'],
  usesRedis: true,
  load: () => import('./run.ts'),
};
