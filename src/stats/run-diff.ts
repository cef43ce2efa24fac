import { defineCommand, type Command } from '../cli/command.ts';
import { UsageError } from '../cli/errors.ts';
import { ExitCode } from '../cli/exit-code.ts';
import { diffStats } from './diff.ts';
import { readSavedStats } from './saved.ts';
import { diffCsv, diffJson, renderDiff, renderDiffMarkdown } from './view-diff.ts';

/** The two files. */
interface DiffOptions {
  readonly before: string;
  readonly after: string;
}

/** The code of `cachectl stats diff`. */
export const command: Command = defineCommand<DiffOptions>({
  parse: ({ args: [before = '', after = ''] }) => ({ before, after }),
  run: async (options, { host }) => {
    const before = await readSavedStats(options.before, host.cwd);
    const after = await readSavedStats(options.after, host.cwd);
    if (!(after.endedAt >= before.endedAt)) {
      throw new UsageError(`${options.after} is older than ${options.before}`, {
        hint: 'name the earlier report first',
      });
    }
    const diff = diffStats(before, after);
    return {
      exitCode: ExitCode.ok,
      views: {
        table: (terminal) => renderDiff(diff, terminal),
        json: () => diffJson(diff),
        csv: () => diffCsv(diff),
        markdown: () => renderDiffMarkdown(diff),
      },
    };
  },
});
