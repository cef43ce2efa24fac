import type { CommandSpec } from '../cli/command.ts';

/** The shells that there are scripts for. */
export const SHELLS = ['bash', 'zsh', 'fish', 'powershell'] as const;

/** One of them. */
export type Shell = (typeof SHELLS)[number];

/** `cachectl completion`. */
export const completionSpec: CommandSpec = {
  path: ['completion'],
  summary: 'Print the script that completes command lines in your shell',
  description:
    'Commands, flags and their choices are in the script. Names of scopes, connections, tags and the like are ' +
    'read from the spec file when Tab is pressed, and beginnings of keys from Redis, within 200 ms and without changing ' +
    'anything; where neither can be read, nothing is offered and nothing is said.',
  args: [{ name: 'SHELL', summary: 'which one', choices: SHELLS, required: true }],
  flags: [],
  examples: [
    { line: 'source <(cachectl completion bash)', does: 'In ~/.bashrc' },
    { line: 'source <(cachectl completion zsh)', does: 'In ~/.zshrc, after compinit' },
    { line: 'cachectl completion fish | source', does: 'In ~/.config/fish/config.fish' },
    {
      line: 'cachectl completion powershell | Out-String | Invoke-Expression',
      does: 'In the file that $PROFILE names',
    },
  ],
  risk: 'read',
  spec: 'none',
  formats: ['table'],
  usesRedis: false,
  load: () => import('./run.ts'),
};
