import { defineCommand, type Outcome } from '../cli/command.ts';
import type { Context } from '../cli/context.ts';
import { ExitCode } from '../cli/exit-code.ts';
import { printableKey } from '../keys/printable.ts';
import type { LostNode } from '../redis/types.ts';
import { renderCsv, renderMarkdownTable } from '../terminal/csv.ts';
import { renderTable, type Column } from '../terminal/table.ts';
import { formatDurationMs } from '../units/duration.ts';
import { countOf, formatCount } from '../units/number.ts';
import { countTag, type TagCount } from './census.ts';
import { tagJson } from './tag-json.ts';
import { walkTagSets } from './walk-sets.ts';

interface ListOptions {
  readonly limit: number;
}

/** Tags that are counted at once: each is a few round trips. */
const AT_ONCE = 16;
const DEFAULT_LIMIT = 100;

const COLUMNS: readonly Column[] = [
  { title: 'tag', flexible: true },
  { title: 'keys', align: 'right' },
  { title: 'orphans', align: 'right' },
  { title: 'expires in', align: 'right' },
];

interface ListReport {
  readonly target: { readonly name: string; readonly location: string };
  /** Those with the most keys. */
  readonly shown: readonly TagCount[];
  readonly tags: number;
  readonly keys: number;
  readonly orphans: number;
  readonly interrupted: boolean;
}

async function runList({ limit }: ListOptions, context: Context): Promise<Outcome> {
  const client = await context.redis();
  const lost: LostNode[] = [];
  const sum = { tags: 0, keys: 0, orphans: 0 };
  let shown: readonly TagCount[] = [];
  const progress = context.progress({ label: 'counting', unit: 'tags' });
  try {
    const onLost = (node: LostNode): void => void lost.push(node);
    const walk = walkTagSets(client, context.layout, context.signal, onLost, 'once');
    for await (const sets of walk) {
      for (let start = 0; start < sets.length && !context.signal.aborted; start += AT_ONCE) {
        const some = sets.slice(start, start + AT_ONCE);
        const counts = await Promise.all(some.map((set) => countTag(client, set, context.signal)));
        for (const [index, count] of counts.entries()) {
          if (count === undefined) {
            const key = printableKey(some[index]?.set ?? Buffer.alloc(0));
            context.messages.warn(`${key} is no sorted set: something else has written it`);
            continue;
          }
          sum.tags++;
          sum.keys += count.keys;
          sum.orphans += count.orphans;
          shown = best([...shown, count], limit);
        }
        progress.update(sum.tags);
      }
    }
  } finally {
    progress.stop();
  }
  for (const { address, error } of lost) context.messages.warn(`not looked at: ${address}: ${error.message}`);
  const { name, location } = client.target;
  return {
    exitCode: lost.length > 0 ? ExitCode.partial : ExitCode.ok,
    views: listViews({ target: { name, location }, shown, ...sum, interrupted: context.signal.aborted }),
  };
}

function best(counts: readonly TagCount[], limit: number): readonly TagCount[] {
  const sorted = [...counts].sort((a, b) => b.keys - a.keys || Buffer.compare(a.tag, b.tag));
  return sorted.slice(0, limit);
}

function listViews(report: ListReport): Outcome['views'] {
  const { target, shown, tags, keys, orphans, interrupted } = report;
  const rows = shown.map((count) => [
    printableKey(count.tag),
    formatCount(count.keys),
    formatCount(count.orphans),
    count.expiresInMs === undefined ? 'never' : formatDurationMs(count.expiresInMs),
  ]);
  const titles = COLUMNS.map(({ title }) => title);
  return {
    table: (terminal) => {
      if (tags === 0) return `No tags on ${target.name}`;
      const rest =
        tags > shown.length ? `; the ${countOf(shown.length, 'tag')} with the most keys are shown` : '';
      const total = `${countOf(tags, 'tag')} with ${countOf(keys, 'member')}, ${countOf(orphans, 'orphan')}${rest}`;
      return `${renderTable(COLUMNS, rows, terminal)}\n\n${total}`;
    },
    json: () => ({
      schema: 'cachectl/tags-list/v1',
      target,
      tags: shown.map((count) => ({
        ...tagJson(count.tag),
        keys: count.keys,
        orphans: count.orphans,
        expires_in_seconds: count.expiresInMs === undefined ? null : count.expiresInMs / 1_000,
      })),
      totals: { tags, keys, orphans },
      interrupted,
    }),
    csv: () =>
      renderCsv(
        ['tag', 'keys', 'orphans', 'expires_in_seconds'],
        shown.map((count) => [
          printableKey(count.tag),
          count.keys,
          count.orphans,
          count.expiresInMs === undefined ? null : count.expiresInMs / 1_000,
        ]),
      ),
    markdown: () =>
      renderMarkdownTable(
        titles,
        rows,
        COLUMNS.map(({ align }) => align ?? 'left'),
      ),
  };
}

export const command = defineCommand<ListOptions>({
  parse: (input) => ({ limit: input.wholeNumber('limit', { min: 1, max: 100_000 }) ?? DEFAULT_LIMIT }),
  run: runList,
});
