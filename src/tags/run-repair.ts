import { defineCommand, type Outcome } from '../cli/command.ts';
import type { Context } from '../cli/context.ts';
import { ExitCode } from '../cli/exit-code.ts';
import { printableKey } from '../keys/printable.ts';
import { countOf } from '../units/number.ts';
import { repairTags } from './repair.ts';

interface RepairCommandOptions {
  readonly dryRun: boolean;
}

async function runRepair({ dryRun }: RepairCommandOptions, context: Context): Promise<Outcome> {
  const client = await context.redis();
  const progress = context.progress({ label: dryRun ? 'looking' : 'repairing', unit: 'tags' });
  try {
    const result = await repairTags(client, context.layout, {
      dryRun,
      signal: context.signal,
      onProgress: progress.update,
    });
    const { tags, keys, orphans, corrected, added, notSets, lost } = result;
    for (const set of notSets) {
      context.messages.warn(
        `${printableKey(set)} is no sorted set: something else has written it, and it stays`,
      );
    }
    for (const { address, error } of lost) {
      context.messages.warn(`not looked at: ${address}: ${error.message}`);
    }
    const { name, location } = client.target;
    const would = dryRun ? 'would be ' : '';
    return {
      exitCode: lost.length > 0 ? ExitCode.partial : ExitCode.ok,
      views: {
        table: () =>
          [
            `${countOf(tags, 'tag')} of ${countOf(keys, 'key')} on ${name}`,
            `${countOf(orphans, 'orphan')} ${would}removed`,
            `${countOf(corrected, 'expiry', 'expiries')} ${would}corrected`,
            `${countOf(added, 'lost key')} ${would}added again`,
          ].join('\n'),
        json: () => ({
          schema: 'cachectl/tags-repair/v1',
          dry_run: dryRun,
          target: { name, location },
          tags,
          keys,
          orphans,
          corrected,
          added,
          interrupted: context.signal.aborted,
        }),
      },
    };
  } finally {
    progress.stop();
  }
}

export const command = defineCommand<RepairCommandOptions>({
  parse: (input) => ({ dryRun: input.on('dry-run') }),
  run: runRepair,
});
