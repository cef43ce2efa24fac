import { defineCommand } from '../cli/command.ts';
import { UsageError } from '../cli/errors.ts';
import { ExitCode } from '../cli/exit-code.ts';
import { COMMANDS } from '../cli/registry.ts';
import { nearest } from '../text/nearest.ts';
import { SHELLS, type Shell } from './command.ts';
import { completionScript } from './scripts.ts';

export const command = defineCommand<Shell>({
  parse: (input) => {
    const [name = ''] = input.args;
    const shell = SHELLS.find((candidate) => candidate === name);
    if (shell === undefined) {
      const guess = nearest(name, SHELLS);
      throw new UsageError(`there is no completion for "${name}"`, {
        hint: guess === undefined ? `there is one for ${SHELLS.join(', ')}` : `did you mean ${guess}?`,
      });
    }
    return shell;
  },
  run: (shell) => {
    const script = completionScript(shell, COMMANDS);
    return Promise.resolve({
      exitCode: ExitCode.ok,
      views: { table: () => script, json: () => ({ schema: 'cachectl/completion/v1', shell, script }) },
    });
  },
});
