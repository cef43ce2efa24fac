import { inGroup, type ArgumentSpec, type FlagSpec } from './command.ts';

/** What every destructive command takes as consent. */
export const CONSENT_FLAGS: readonly FlagSpec[] = inGroup('Safety', [
  { name: 'yes', short: 'y', summary: 'do not ask' },
  {
    name: 'confirm',
    value: 'NAME',
    summary: "the target's name, where everything or a protected connection is concerned",
  },
]);

/** For bytes that cannot be typed. */
export const QUOTED_INPUT_FLAG: FlagSpec = {
  group: 'How keys are named',
  name: 'quoted-input',
  summary: 'keys and patterns are in double quotes with escapes, as redis-cli prints them: \'"a\\xff\\n"\'',
};

/** Which scopes of the spec file are meant. */
export const SCOPE_FLAG: FlagSpec = {
  name: 'scope',
  short: 's',
  value: 'NAME',
  repeatable: true,
  summary: 'scope of the spec file; all is every scope',
};

/** Where destructive runs leave a line. */
export const AUDIT_FLAG: FlagSpec = {
  group: 'Safety',
  name: 'audit',
  value: 'FILE',
  summary: 'append a line of JSON there: who, when, what, how many, and how it ended',
  fallback: 'what the spec file says',
};

/** The arguments of a command with gates, which stand behind `--assert`. */
export const CONDITION_ARG: ArgumentSpec = {
  name: 'CONDITION',
  summary: 'more of what --assert takes, behind it',
  repeatable: true,
};
