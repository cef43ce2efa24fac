import { defineCommand, type Outcome } from '../../cli/command.ts';
import type { Context } from '../../cli/context.ts';
import { ExitCode } from '../../cli/exit-code.ts';
import { escapeText, printableKey } from '../../keys/printable.ts';
import { renderCsv, renderMarkdownTable } from '../../terminal/csv.ts';
import { renderTable, type Column } from '../../terminal/table.ts';
import { countOf } from '../../units/number.ts';
import { DeadLetterStream } from './dead-letter-stream.ts';
import { eventValues, setAsideAt, type DeadLetter } from './letter.ts';
import { parseDeadLetters, type DeadLetterChoice } from './options.ts';

interface ListOptions extends DeadLetterChoice {
  readonly limit: number;
}

interface ListReport {
  readonly target: { readonly name: string; readonly location: string };
  readonly key: Buffer;
  readonly shown: readonly DeadLetter[];
  /** In the stream, of whatever name. */
  readonly total: number;
  readonly interrupted: boolean;
}

const DEFAULT_LIMIT = 100;

const COLUMNS: readonly Column[] = [
  { title: 'id' },
  { title: 'set aside' },
  { title: 'event', flexible: true },
  { title: 'values', flexible: true },
  { title: 'tries', align: 'right' },
  { title: 'reason', flexible: true },
];

async function runList({ key, events, limit }: ListOptions, context: Context): Promise<Outcome> {
  const client = await context.redis();
  const letters = new DeadLetterStream(client, key);
  const shown: DeadLetter[] = [];
  for await (const letter of letters.newestFirst()) {
    if (context.signal.aborted || shown.length >= limit) break;
    if (events.length === 0 || events.includes(letter.event)) shown.push(letter);
  }
  const { name, location } = client.target;
  return {
    exitCode: ExitCode.ok,
    views: listViews({
      target: { name, location },
      key,
      shown,
      total: await letters.count(),
      interrupted: context.signal.aborted,
    }),
  };
}

function listViews({ target, key, shown, total, interrupted }: ListReport): Outcome['views'] {
  const rows = shown.map((letter) => [
    letter.id,
    timeOf(letter),
    escapeText(letter.event),
    escapeText(
      eventValues(letter)
        .map(([name, value]) => `${name}=${value}`)
        .join(' '),
    ),
    String(letter.tries),
    escapeText(letter.reason),
  ]);
  return {
    table: (terminal) => {
      if (total === 0) return `Nothing was set aside in ${printableKey(key)} on ${target.name}`;
      const summary = `${countOf(shown.length, 'event')} of ${total} in ${printableKey(key)}`;
      if (rows.length === 0) return summary;
      return `${renderTable(COLUMNS, rows, terminal)}\n\n${summary}; mend the cause, then: cachectl dead-letters replay`;
    },
    json: () => ({
      schema: 'cachectl/dead-letters-list/v1',
      target,
      events: shown.map((letter) => ({
        id: letter.id,
        set_aside_at: timeOf(letter),
        event: letter.event,
        values: Object.fromEntries(eventValues(letter)),
        tries: letter.tries,
        reason: letter.reason,
        stream: letter.stream === undefined ? null : printableKey(letter.stream),
      })),
      total,
      interrupted,
    }),
    csv: () =>
      renderCsv(
        COLUMNS.map(({ title }) => title.replaceAll(' ', '_')),
        rows,
      ),
    markdown: () =>
      renderMarkdownTable(
        COLUMNS.map(({ title }) => title),
        rows,
        COLUMNS.map(({ align }) => align ?? 'left'),
      ),
  };
}

function timeOf(letter: DeadLetter): string {
  return new Date(setAsideAt(letter)).toISOString();
}

export const command = defineCommand<ListOptions>({
  parse: (input) => ({
    ...parseDeadLetters(input),
    limit: input.wholeNumber('limit', { min: 1, max: 100_000 }) ?? DEFAULT_LIMIT,
  }),
  run: runList,
});
