import { defineCommand, type Outcome } from '../cli/command.ts';
import { ExitCode } from '../cli/exit-code.ts';
import { detectLayouts } from './detect.ts';
import { detectViews } from './report.ts';
import { takeSample, type SampleLimits } from './sample.ts';

/** The sample is held in memory. */
const MOST_KEYS = 1_000_000;
const DEFAULTS: SampleLimits = { keys: 10_000, withinMs: 5_000 };

export const command = defineCommand<SampleLimits>({
  parse: (input) => ({
    keys: input.wholeNumber('sample', { min: 1, max: MOST_KEYS }) ?? DEFAULTS.keys,
    withinMs: input.durationMs('within') ?? DEFAULTS.withinMs,
  }),
  run: async (limits, context): Promise<Outcome> => {
    const client = await context.redis();
    const sample = await takeSample(client, limits, context.host.clock, context.signal);
    const [best, ...others] = detectLayouts(sample.keys);
    if (best === undefined) throw new Error('no candidate, not even plain');
    const report = { location: client.target.location, sample, candidates: [best, ...others] } as const;
    return {
      exitCode: sample.lost.length > 0 ? ExitCode.partial : ExitCode.ok,
      views: detectViews(report),
    };
  },
});
