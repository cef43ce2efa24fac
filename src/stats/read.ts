import { CachectlError } from '../cli/errors.ts';
import { ExitCode } from '../cli/exit-code.ts';
import { readInfo } from '../redis/info.ts';
import type { LostNode, RedisClient, RedisNode } from '../redis/types.ts';
import { combine } from './combine.ts';
import { figuresFromInfo, type Figures } from './figures.ts';
import type { NodeFigures } from './report.ts';
import { windowFigures, type Window } from './window.ts';

/** What all primaries said at one moment. */
export interface Reading {
  readonly nodes: readonly [NodeFigures, ...NodeFigures[]];
  /** Primaries that could not be asked. */
  readonly lost: readonly LostNode[];
  /** Milliseconds, never going back. */
  readonly at: number;
}

/** Figures over a window, of each primary and of all together. */
export interface Measured {
  readonly nodes: readonly NodeFigures[];
  readonly figures: Figures;
  readonly window: Window;
  readonly lost: readonly LostNode[];
}

/** @throws CachectlError where no primary at all can be asked, or one refuses */
export async function readFigures(client: RedisClient, now: () => number): Promise<Reading> {
  const { database } = client.target;
  const nodes: NodeFigures[] = [];
  const lost: LostNode[] = [];
  const at = now();
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
  return { nodes: [first, ...others], lost, at };
}

/** Counters as they are. */
export function sinceStart({ nodes, lost }: Reading): Measured {
  const figures = combine(figuresOf(nodes));
  return { nodes, figures, lost, window: { kind: 'since start', seconds: figures.uptimeSeconds } };
}

/** What came between two readings. A primary that only the later one has is taken since its start. */
export function between(
  before: Reading,
  after: Reading,
  kind: 'interval' | 'capture' = 'interval',
): Measured {
  const seconds = Math.max(1e-3, (after.at - before.at) / 1_000);
  const breaks: { address: string; what: 'restart' | 'reset' }[] = [];
  const [first, ...others] = after.nodes.map((node): NodeFigures => {
    const was = before.nodes.find(({ address }) => address === node.address);
    if (was === undefined) return node;
    const { figures, broken } = windowFigures(was.figures, node.figures, seconds);
    if (broken !== undefined) breaks.push({ address: node.address, what: broken });
    return { address: node.address, figures };
  });
  if (first === undefined) throw new Error('a reading without any primary');
  const nodes: readonly [NodeFigures, ...NodeFigures[]] = [first, ...others];
  return {
    nodes,
    figures: combine(figuresOf(nodes)),
    lost: after.lost,
    window: { kind, seconds: Math.round(seconds * 1_000) / 1_000, breaks },
  };
}

function figuresOf([first, ...others]: readonly [NodeFigures, ...NodeFigures[]]): readonly [
  Figures,
  ...Figures[],
] {
  return [first.figures, ...others.map(({ figures }) => figures)];
}
