/** Every exit code of every command, in one place; README and `cachectl help exit-codes` are made from it. */
export const ExitCode = {
  ok: 0,
  bug: 1,
  usage: 2,
  unreachable: 3,
  refused: 4,
  partial: 5,
  assertion: 6,
  unconfirmed: 7,
  hungUp: 129,
  interrupted: 130,
  terminated: 143,
} as const;

/** One of the numbers in {@link ExitCode}. */
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** What each code means, for help and README. */
export const EXIT_CODE_MEANINGS: readonly (readonly [code: string, meaning: string])[] = [
  ['0', 'done, "nothing matched" included'],
  ['1', 'unexpected failure: a bug'],
  ['2', 'wrong usage or an invalid spec file'],
  ['3', 'Redis or the origin cannot be reached (refused, timeout, DNS, TLS)'],
  ['4', 'Redis refused: authentication or permission'],
  ['5', 'finished, but part of the work failed: the report says which'],
  ['6', 'an assertion or threshold does not hold'],
  ['7', 'refused for safety: needs a confirmation that was not given'],
  ['129', 'stopped cleanly because the terminal went away (SIGHUP)'],
  ['130, 143', 'interrupted by SIGINT, SIGTERM: the report of what was done is still printed'],
];
