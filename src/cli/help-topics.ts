import type { Definition } from './command-document.ts';
import { EXIT_CODE_MEANINGS } from './exit-code.ts';

/** A page of help that is about no single command. */
export interface Topic {
  readonly name: string;
  readonly summary: string;
  readonly parts: readonly (
    | { readonly kind: 'text'; readonly text: string }
    | { readonly kind: 'table'; readonly title: string; readonly definitions: readonly Definition[] }
  )[];
}

const PATTERNS: Topic = {
  name: 'patterns',
  summary: 'how keys are selected: patterns, conditions, layouts',
  parts: [
    {
      kind: 'table',
      title: 'Patterns (--pattern, --exclude)',
      definitions: [
        ['*', 'any number of bytes, none included; : is a byte like any other'],
        ['?', 'one byte'],
        ['[abc] [a-z]', 'one byte of these'],
        ['[^a-z]', 'one byte but these'],
        ['\\* \\? \\[ \\\\', 'the character itself'],
      ],
    },
    {
      kind: 'text',
      text: 'Put patterns in quotes, or the shell replaces them by names of files: --pattern "user:*".',
    },
    {
      kind: 'table',
      title: 'Conditions that narrow a selection',
      definitions: [
        [
          "--ttl none, --ttl '<5m', --ttl '>1h'",
          'by the life that is left; none is a key that never expires',
        ],
        ["--idle '>7d'", 'by how long nobody has used the key'],
        ["--size '>1MB'", 'by the memory it takes'],
        ['--type hash', 'by type'],
        ['--regex REGEX', 'by a regular expression, checked in linear time'],
        ['--limit N', 'no more than so many'],
      ],
    },
    {
      kind: 'text',
      text:
        'Keys and patterns are logical: as the application names them. The layout in the spec file (or --layout) says what ' +
        'they are called in Redis; --raw means keys exactly as they are there. Bytes that cannot be typed are written as ' +
        'redis-cli does, with --quoted-input: \'"user:\\x00\\xff"\'.',
    },
  ],
};

const ENVIRONMENT: Topic = {
  name: 'environment',
  summary: 'the variables that cachectl obeys',
  parts: [
    {
      kind: 'table',
      title: 'Which Redis, which file',
      definitions: [
        ['CACHECTL_CONFIG', 'the spec file; otherwise cachectl.yaml from the working directory upward'],
        ['CACHECTL_ENV', 'the connection of the spec file to use, as --env'],
        ['CACHECTL_URL', 'the Redis to talk to, as --url'],
        ['REDIS_URL', 'the same, where none of those before says anything'],
        ['CACHECTL_PASSWORD', 'its password, where neither flag nor URL nor file has one'],
        ['REDISCLI_AUTH', 'the same, as redis-cli knows it'],
        ['SSL_CERT_FILE', "authorities to trust besides the system's (PEM)"],
      ],
    },
    {
      kind: 'table',
      title: 'What commands do',
      definitions: [
        ['CACHECTL_ENABLED', 'false: every command that writes says so and does nothing'],
        ['CACHECTL_REDIS_SERVER', 'the server program that cachectl demo starts'],
        ['USER, LOGNAME', 'who is named in the audit trail'],
        ['GITHUB_ACTIONS, GITHUB_STEP_SUMMARY', 'on GitHub: failures as annotations, reports as summary'],
        ['GITHUB_WORKSPACE', 'on GitHub: the folder that annotations name files from'],
      ],
    },
    {
      kind: 'table',
      title: 'How output looks',
      definitions: [
        ['NO_COLOR', 'no colours, as --no-color'],
        ['FORCE_COLOR', 'colours also in a pipe; 0: none'],
        [
          'CACHECTL_PROGRESS',
          'plain: a line of progress now and then, nothing drawn; for screen readers and logs',
        ],
        ['TERM', 'dumb: no colours, nothing drawn'],
        ['LC_ALL, LC_CTYPE, LANG', 'lines and symbols beyond ASCII only in a UTF-8 locale'],
        ['PAGER', 'what shows results longer than the terminal (less where unset; cat or empty: nothing)'],
      ],
    },
    {
      kind: 'text',
      text: 'A flag goes before the environment, the environment before the spec file. cachectl config show tells where each setting came from. Inside the spec file, ${NAME}, ${NAME:-default} and ${NAME:?message} are filled in from the environment.',
    },
  ],
};

const SAFETY: Topic = {
  name: 'safety',
  summary: 'what is asked before something is deleted',
  parts: [
    {
      kind: 'table',
      title: 'What a command would delete, and what it asks for',
      definitions: [
        ['exactly named keys', 'nothing'],
        ['by pattern, tag or scope', 'on a terminal y/N, after a count and a sample; in a script nothing'],
        ['by conditions alone', 'on a terminal y/N; in a script --yes'],
        ['everything', "the target's name, typed, or in a script --confirm NAME"],
        ['on a protected connection', 'the same for everything but exactly named keys'],
      ],
    },
    {
      kind: 'table',
      title: 'Ways to be careful',
      definitions: [
        ['--dry-run', 'the real plan, and nothing written'],
        ['--max-keys N', 'nothing deleted where more match'],
        ['--backup FILE', 'every key written away before it goes; cachectl restore puts it back'],
        ['--plan FILE, --apply FILE', 'deciding apart from doing'],
        ['--soft 10m', 'expiry spread over a time instead of deletion at once'],
        ['protected: true', 'in the spec file, for a connection that has to be confirmed by name'],
        ['CACHECTL_ENABLED=false', 'every command that writes does nothing'],
      ],
    },
    {
      kind: 'text',
      text:
        'Keys are walked with SCAN and removed with UNLINK, never with KEYS or one blocking DEL. The first Ctrl-C stops ' +
        'cleanly and reports what was done, the second ends at once. No question is ever asked where no terminal is there to ' +
        'answer it: then the command ends with exit code 7 and names the flag.',
    },
  ],
};

const EXIT_CODES: Topic = {
  name: 'exit-codes',
  summary: 'what each exit code means',
  parts: [
    { kind: 'table', title: 'Exit codes of every command', definitions: EXIT_CODE_MEANINGS },
    {
      kind: 'text',
      text: '--on-unavailable skip turns 3 into a warning and 0 where it is Redis that cannot be reached, so that an outage of the cache never stops a deploy.',
    },
    {
      kind: 'text',
      text: 'What runs until it is told to stop (listen, --watch, demo --keep) ends with 0 when it is: that is no interruption, and no supervisor should take it for a failure. listen ends with 130 or 143 where it had to break off what was under way, because --drain was too short.',
    },
  ],
};

/** The pages of help that are about no single command. */
export const TOPICS: readonly Topic[] = [PATTERNS, EXIT_CODES, ENVIRONMENT, SAFETY];

/** What `cachectl help topics` shows. */
export const TOPIC_LIST: Topic = {
  name: 'topics',
  summary: 'which pages of help are about no single command',
  parts: [
    {
      kind: 'table',
      title: 'Topics',
      definitions: TOPICS.map(({ name, summary }): Definition => [`cachectl help ${name}`, summary]),
    },
    { kind: 'text', text: 'cachectl --help lists the commands.' },
  ],
};
