import { defineCommand } from '../cli/command.ts';
import { pingExitCode, pingViews, type PingReport } from './report.ts';
import { probeServer } from '../probe/probe.ts';

const DEFAULT_COUNT = 10;

export const command = defineCommand<{ readonly count: number }>({
  parse: (input) => ({ count: input.wholeNumber('count', { min: 1, max: 100_000 }) ?? DEFAULT_COUNT }),
  run: async ({ count }, context) => {
    const client = await context.redis();
    const { clock, random } = context.host;
    const name = `cachectl:ping:${random().toString(36).slice(2)}`;
    const key = context.layout.toPhysical(Buffer.from(name));
    const servers = await Promise.all(
      (await client.servers()).map((place) =>
        probeServer(place, { count, key, clock, signal: context.signal }),
      ),
    );
    const report: PingReport = { target: client.target.location, kind: client.kind, servers };
    return { exitCode: pingExitCode(report), views: pingViews(report) };
  },
});
