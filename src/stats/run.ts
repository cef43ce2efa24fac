import { defineCommand, type Command } from '../cli/command.ts';
import { readInfo } from '../redis/info.ts';
import type { RedisClient } from '../redis/types.ts';
import { evaluateAssertion, parseAssertion, type Assertion } from './assertion.ts';
import { combine } from './combine.ts';
import { figuresFromInfo, type Figures } from './figures.ts';
import { statsExitCode, type StatsReport } from './report.ts';
import { statsCsv, statsJson } from './view-data.ts';
import { renderStats, renderStatsMarkdown } from './view-text.ts';

/** What `stats` was asked for. */
interface StatsOptions {
  readonly assertions: readonly Assertion[];
}

/** The code of `cachectl stats`. */
export const command: Command = defineCommand<StatsOptions>({
  parse: (input) => ({ assertions: input.texts('assert').map(parseAssertion) }),
  run: async (options, context) => {
    const client = await context.redis();
    const all = await readFigures(client);
    const figures = combine(all);
    const report: StatsReport = {
      target: client.target.location,
      primaries: all.length,
      figures,
      verdicts: options.assertions.map((assertion) => evaluateAssertion(assertion, figures)),
    };
    return {
      exitCode: statsExitCode(report),
      views: {
        table: (terminal) => renderStats(report, terminal),
        json: () => statsJson(report),
        csv: () => statsCsv(report),
        markdown: () => renderStatsMarkdown(report),
      },
    };
  },
});

async function readFigures(client: RedisClient): Promise<readonly [Figures, ...Figures[]]> {
  const database = databaseOf(client.target.location);
  const nodes = await client.primaries();
  const [first, ...others] = await Promise.all(
    nodes.map(async (node) => figuresFromInfo(await readInfo(node), database)),
  );
  if (first === undefined) throw new Error('a Redis client without any primary');
  return [first, ...others];
}

/** The location ends with the database's number: `127.0.0.1:6379/0`. */
function databaseOf(location: string): number {
  return Number(/\/(\d+)$/.exec(location)?.[1] ?? 0);
}
