import { defineCommand, type Outcome } from '../cli/command.ts';
import type { Context } from '../cli/context.ts';
import { ExitCode } from '../cli/exit-code.ts';
import { keyJson, printableKey } from '../keys/printable.ts';
import { shownKey } from '../selection/describe.ts';
import { renderTable, type Column } from '../terminal/table.ts';
import { formatDurationMs } from '../units/duration.ts';
import { countOf } from '../units/number.ts';
import { examineSet, type TaggedKey } from './examine-set.ts';
import { tagJson } from './tag-json.ts';
import { tagSets } from './tag-sets.ts';

interface ShowOptions {
  readonly tags: readonly Buffer[];
  readonly limit: number;
}

const DEFAULT_LIMIT = 100;

/** One tag with some of its keys. */
interface ShownTag {
  readonly tag: Buffer;
  readonly keys: number;
  readonly orphans: number;
  /** Of the keys, those that are gone included, the first ones that came. */
  readonly members: readonly TaggedKey[];
}

const COLUMNS: readonly Column[] = [
  { title: 'key', flexible: true },
  { title: 'ttl', align: 'right' },
];

async function runShow({ tags, limit }: ShowOptions, context: Context): Promise<Outcome> {
  const client = await context.redis();
  const shown: ShownTag[] = [];
  for (const tag of tags) {
    const members: TaggedKey[] = [];
    let keys = 0;
    let orphans = 0;
    for (const set of tagSets(tag, context.layout)) {
      for await (const batch of examineSet(client, set, context.signal)) {
        for (const member of batch) {
          if (member.lifeMs === undefined) orphans++;
          else keys++;
          if (members.length < limit) members.push(member);
        }
      }
    }
    shown.push({ tag, keys, orphans, members });
  }
  const { layout } = context;
  const { name, location } = client.target;
  return {
    exitCode: ExitCode.ok,
    views: {
      table: (terminal) =>
        shown
          .map(({ tag, keys, orphans, members }) => {
            const gone = orphans === 0 ? '' : `, ${countOf(orphans, 'orphan')}`;
            const head = terminal.style.bold(`${printableKey(tag)}: ${countOf(keys, 'key')}${gone}`);
            const rest = keys + orphans - members.length;
            const rows = members.map(({ key, lifeMs }) => [shownKey(key, layout), lifeText(lifeMs)]);
            return [
              head,
              ...(rows.length === 0 ? [] : [renderTable(COLUMNS, rows, terminal)]),
              ...(rest > 0 ? [`... and ${rest} more: cachectl keys --tag ${printableKey(tag)}`] : []),
            ].join('\n');
          })
          .join('\n\n'),
      json: () => ({
        schema: 'cachectl/tags-show/v1',
        target: { name, location },
        tags: shown.map(({ tag, keys, orphans, members }) => ({
          ...tagJson(tag),
          keys,
          orphans,
          members: members.map(({ key, lifeMs }) => ({
            ...keyJson(layout.toLogical(key) ?? key),
            exists: lifeMs !== undefined,
            ttl_seconds: lifeMs === undefined || lifeMs === Infinity ? null : lifeMs / 1_000,
          })),
        })),
        interrupted: context.signal.aborted,
      }),
    },
  };
}

function lifeText(lifeMs: number | undefined): string {
  if (lifeMs === undefined) return 'gone';
  return lifeMs === Infinity ? 'none' : formatDurationMs(lifeMs);
}

export const command = defineCommand<ShowOptions>({
  parse: (input) => ({
    tags: input.bytes(input.args),
    limit: input.wholeNumber('limit', { min: 0, max: 100_000 }) ?? DEFAULT_LIMIT,
  }),
  run: runShow,
});
