import { defineCommand, type Outcome } from '../../cli/command.ts';
import type { Context } from '../../cli/context.ts';
import { UsageError } from '../../cli/errors.ts';
import { ExitCode } from '../../cli/exit-code.ts';
import type { Input } from '../../cli/input.ts';
import { escapeText, printableKey } from '../../keys/printable.ts';
import { countOf } from '../../units/number.ts';
import { DeadLetterStream } from './dead-letter-stream.ts';
import type { DeadLetter } from './letter.ts';
import { parseDeadLetters, type DeadLetterChoice } from './options.ts';

interface ReplayOptions extends DeadLetterChoice {
  /** None means all. */
  readonly ids: readonly string[];
  readonly dryRun: boolean;
}

interface ReplayReport {
  readonly target: { readonly name: string; readonly location: string };
  readonly dryRun: boolean;
  readonly replayed: number;
  /** By name, the most first. */
  readonly byEvent: ReadonlyMap<string, number>;
  /** IDs that are not there: somebody else has put them back, or removed them. */
  readonly missing: readonly string[];
  /** Entries that do not say where they belong. */
  readonly homeless: number;
  readonly interrupted: boolean;
}

/** @throws UsageError */
function parse(input: Input): ReplayOptions {
  const choice = parseDeadLetters(input);
  const ids = input.args;
  const chosen = [ids.length > 0, input.on('all'), choice.events.length > 0].filter(Boolean).length;
  if (chosen === 0) throw new UsageError('name the events: by ID, with --event, or --all of them');
  if (chosen > 1) throw new UsageError('IDs, --event and --all are three ways to choose: take one');
  const wrong = ids.find((id) => !/^\d+-\d+$/.test(id));
  if (wrong !== undefined)
    throw new UsageError(
      `"${escapeText(wrong)}" is no ID of an entry, such as 1526919030474-0: see cachectl dead-letters list`,
    );
  return { ...choice, ids, dryRun: input.on('dry-run') };
}

async function run(options: ReplayOptions, context: Context): Promise<Outcome> {
  const { key, dryRun } = options;
  const client = await context.redis();
  const letters = new DeadLetterStream(client, key);
  const byEvent = new Map<string, number>();
  const missing: string[] = [];
  let homeless = 0;
  let replayed = 0;
  const progress = context.progress({ label: dryRun ? 'looking' : 'putting back', unit: 'events' });
  try {
    for await (const letter of chosen(letters, options, missing)) {
      if (context.signal.aborted) break;
      if (letter.stream === undefined) {
        homeless++;
        context.messages.warn(`${letter.id} stays: it does not say which stream it came from`);
        continue;
      }
      if (!dryRun) await letters.putBack(letter, letter.stream);
      progress.update(++replayed);
      byEvent.set(letter.event, (byEvent.get(letter.event) ?? 0) + 1);
    }
  } finally {
    progress.stop();
  }
  for (const id of missing) context.messages.warn(`${id} is not in ${printableKey(key)}`);
  const { name, location } = client.target;
  return {
    exitCode: missing.length + homeless > 0 ? ExitCode.partial : ExitCode.ok,
    views: replayViews({
      target: { name, location },
      dryRun,
      replayed,
      byEvent: new Map([...byEvent].sort(([, a], [, b]) => b - a)),
      missing,
      homeless,
      interrupted: context.signal.aborted,
    }),
  };
}

/** The oldest first where they are named in no order: as they happened. */
async function* chosen(
  letters: DeadLetterStream,
  { ids, events }: ReplayOptions,
  missing: string[],
): AsyncGenerator<DeadLetter> {
  for (const id of ids) {
    const letter = await letters.find(id);
    if (letter === undefined) missing.push(id);
    else yield letter;
  }
  if (ids.length > 0) return;
  for await (const letter of letters.oldestFirst()) {
    if (events.length === 0 || events.includes(letter.event)) yield letter;
  }
}

function replayViews(report: ReplayReport): Outcome['views'] {
  const { target, dryRun, replayed, byEvent, missing, homeless, interrupted } = report;
  return {
    table: () => {
      if (replayed === 0) return `Nothing to put back on ${target.name}`;
      const names = [...byEvent].map(([event, count]) => `${escapeText(event)} ${count}`).join(', ');
      return `${countOf(replayed, 'event')} ${dryRun ? 'would go' : 'put'} back on ${target.name}: ${names}`;
    },
    json: () => ({
      schema: 'cachectl/dead-letters-replay/v1',
      dry_run: dryRun,
      target,
      replayed,
      events: Object.fromEntries(byEvent),
      missing,
      without_stream: homeless,
      interrupted,
    }),
  };
}

export const command = defineCommand<ReplayOptions>({ parse, run });
