import { parseAssertion, type Assertion } from '../assertions/assertion.ts';
import { evaluateAssertion } from '../assertions/verdict.ts';
import { defineCommand, type Command } from '../cli/command.ts';
import { CachectlError } from '../cli/errors.ts';
import { ExitCode } from '../cli/exit-code.ts';
import { readInfo } from '../redis/info.ts';
import type { LostNode, RedisClient, RedisNode } from '../redis/types.ts';
import { combine } from './combine.ts';
import { figuresFromInfo, type Figures } from './figures.ts';
import { readMetric, STATS_VOCABULARY } from './metrics.ts';
import { statsExitCode, type NodeFigures, type StatsReport } from './report.ts';
import { statsCsv, statsJson } from './view-data.ts';
import { renderStats, renderStatsMarkdown } from './view-text.ts';

/** What `stats` was asked for. */
interface StatsOptions {
  readonly assertions: readonly Assertion[];
  readonly perNode: boolean;
}

/** The code of `cachectl stats`. */
export const command: Command = defineCommand<StatsOptions>({
  parse: (input) => ({
    assertions: input.texts('assert').map((text) => parseAssertion(text, STATS_VOCABULARY)),
    perNode: input.on('per-node'),
  }),
  run: async (options, context) => {
    const client = await context.redis();
    const { nodes, lost } = await readFigures(client);
    const figures = combine(figuresOf(nodes));
    const report: StatsReport = {
      target: client.target.location,
      nodes,
      perNode: options.perNode,
      lost,
      figures,
      verdicts: options.assertions.map((assertion) =>
        evaluateAssertion(assertion, { read: (metric) => readMetric(figures, metric) }),
      ),
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

/** @throws CachectlError where no primary at all can be asked, or one refuses */
async function readFigures(
  client: RedisClient,
): Promise<{ readonly nodes: readonly [NodeFigures, ...NodeFigures[]]; readonly lost: readonly LostNode[] }> {
  const { database } = client.target;
  const nodes: NodeFigures[] = [];
  const lost: LostNode[] = [];
  const ask = async (node: RedisNode): Promise<void> => {
    try {
      nodes.push({ address: node.address, figures: figuresFromInfo(await readInfo(node), database) });
    } catch (error) {
      if (!(error instanceof CachectlError) || error.exitCode !== ExitCode.unreachable) throw error;
      lost.push({ address: node.address, error });
    }
  };
  await Promise.all((await client.primaries()).map(ask));
  const [first, ...others] = nodes.sort((a, b) => a.address.localeCompare(b.address));
  if (first === undefined) throw lost[0]?.error ?? new Error('a Redis client without any primary');
  return { nodes: [first, ...others], lost };
}

function figuresOf([first, ...others]: readonly [NodeFigures, ...NodeFigures[]]): readonly [
  Figures,
  ...Figures[],
] {
  return [first.figures, ...others.map(({ figures }) => figures)];
}
