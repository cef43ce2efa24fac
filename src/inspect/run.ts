import { defineCommand, type Command } from '../cli/command.ts';
import { ExitCode } from '../cli/exit-code.ts';
import type { InspectedKey } from './content.ts';
import { findKeys } from './find-keys.ts';
import { parseInspectOptions } from './options.ts';
import { readKeys } from './read-keys.ts';
import { inspectionJson } from './view-json.ts';
import { renderInspection } from './view-text.ts';

/** The code of `cachectl inspect`. A key that is not there is an answer, not a failure. */
export const command: Command = defineCommand({
  parse: parseInspectOptions,
  run: async (options, context) => {
    const found = await findKeys(options, context);
    const physical = found.map((key) => key.physical);
    const states = await readKeys(await context.redis(), physical, {
      limits: options.withValue ? options.limits : undefined,
      clock: context.host.clock,
    });
    const nowMs = context.host.clock.now();
    const keys = found.map((key, index): InspectedKey => ({
      ...key,
      explanation: context.layout.explain(key.physical),
      state: states[index] ?? { exists: false },
    }));
    return {
      exitCode: ExitCode.ok,
      views: {
        table: (terminal) => renderInspection(keys, nowMs, terminal),
        json: () => inspectionJson(keys),
      },
    };
  },
});
