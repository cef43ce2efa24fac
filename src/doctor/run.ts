import { defineCommand } from '../cli/command.ts';
import type { Context } from '../cli/context.ts';
import { CachectlError, UsageError } from '../cli/errors.ts';
import { ExitCode } from '../cli/exit-code.ts';
import type { RedisClient } from '../redis/types.ts';
import { parsePercent } from '../units/number.ts';
import { checkPlace } from './place-checks.ts';
import { doctorViews, type DoctorReport } from './report.ts';
import { checkServers, unreachedServers } from './server-checks.ts';

interface DoctorOptions {
  readonly strict: boolean;
  readonly leastPercent: number;
}

export const command = defineCommand<DoctorOptions>({
  parse: (input) => {
    const text = input.text('hit-rate') ?? '80';
    const fraction = parsePercent(text.endsWith('%') ? text : `${text}%`);
    if (fraction === undefined)
      throw new UsageError(`--hit-rate takes a percentage up to 100, not "${text}"`);
    return { strict: input.on('strict'), leastPercent: Math.round(fraction * 1_000) / 10 };
  },
  run: async (options, context) => {
    const { client, problem } = await connect(context);
    const servers =
      client === undefined ? unreachedServers(problem) : await checkServers(client, context, options);
    const report: DoctorReport = {
      target: client?.target.location,
      checks: [...servers, ...(await checkPlace(context))],
    };
    const bad = report.checks.some(
      ({ status }) => status === 'failed' || (options.strict && status === 'warning'),
    );
    return { exitCode: bad ? ExitCode.assertion : ExitCode.ok, views: doctorViews(report) };
  },
});

/** Not to be reached is a finding like others. */
async function connect(
  context: Context,
): Promise<
  | { readonly client: RedisClient; readonly problem?: undefined }
  | { readonly client?: undefined; readonly problem: CachectlError }
> {
  try {
    return { client: await context.redis() };
  } catch (error) {
    if (!(error instanceof CachectlError) || context.signal.aborted) throw error;
    return { problem: error };
  }
}
