import type { Finding } from './finding.ts';
import { didYouMean } from './did-you-mean.ts';
import { keyOffsetAt, listItems, mapEntries, nodeAt, stringScalar, type SourceNode } from './source-tree.ts';

interface Dependency {
  readonly from: string;
  readonly to: string;
  readonly start: number;
  readonly line: number;
}

/** `depends_on` of every scope: names that the file does not have, and scopes that wait for each other. */
export function checkDependencies(root: SourceNode): readonly Finding[] {
  const scopes = nodeAt(root, ['scopes']);
  const names = mapEntries(scopes).map(([name]) => name);
  const dependencies = mapEntries(scopes).flatMap(([from, { node }]) =>
    listItems(nodeAt(node, ['depends_on'])).flatMap((item): readonly Dependency[] => {
      const scalar = stringScalar(item);
      return scalar ? [{ from, to: scalar.value, start: scalar.start, line: scalar.line }] : [];
    }),
  );
  const unknown = dependencies
    .filter(({ to }) => !names.includes(to))
    .map(({ to, start }) => ({
      offset: start,
      message: `no scope \`${to}\``,
      suggestion: didYouMean(to, names) ?? `known: ${names.join(', ')}`,
    }));
  return [...unknown, ...cycles(root, names, dependencies)];
}

/** One finding for each cycle, at the dependency that closes it, with the lines of all that take part. */
function cycles(
  root: SourceNode,
  names: readonly string[],
  dependencies: readonly Dependency[],
): readonly Finding[] {
  const findings: Finding[] = [];
  const finished = new Set<string>();
  const chain: Dependency[] = [];
  const visit = (name: string): void => {
    for (const dependency of dependencies) {
      if (dependency.from !== name || finished.has(dependency.to)) continue;
      const start = chain.findIndex(({ from }) => from === dependency.to);
      if (dependency.to === name || start !== -1) {
        findings.push(cycle(root, [...(start === -1 ? [] : chain.slice(start)), dependency]));
        continue;
      }
      chain.push(dependency);
      visit(dependency.to);
      chain.pop();
    }
    finished.add(name);
  };
  for (const name of names) if (!finished.has(name)) visit(name);
  return findings;
}

function cycle(root: SourceNode, members: readonly Dependency[]): Finding {
  const words = members.map(({ from, to, line }) => `\`${from}\` on \`${to}\` (line ${line})`).join(', ');
  const last = members.at(-1);
  return {
    offset: last?.start ?? keyOffsetAt(root, ['scopes']),
    message: `these scopes wait for each other: ${words}`,
    suggestion: 'remove one of these dependencies',
  };
}
