import { defineCommand, type Outcome } from '../cli/command.ts';
import type { Context } from '../cli/context.ts';
import { CachectlError } from '../cli/errors.ts';
import { ExitCode } from '../cli/exit-code.ts';
import type { LostNode, RedisClient } from '../redis/types.ts';
import { bindSelection, type BoundSelection } from '../selection/bind.ts';
import type { KeyFacts } from '../selection/facts.ts';
import { hintAtNothing } from '../selection/hints.ts';
import { walkSelection } from '../selection/walk.ts';
import { renderJson } from '../terminal/json.ts';
import { countOf } from '../units/number.ts';
import { parseList, type ListOptions } from './options.ts';
import { keyRenderer, type KeyRenderer } from './render.ts';
import { Top } from './top.ts';

async function runList(options: ListOptions, context: Context): Promise<Outcome> {
  const client = await context.redis();
  const bound = await bindSelection(options.selection, context, { twice: false });
  try {
    // Only a list for people is long for people.
    if (options.form !== 'lines') return await listKeys(client, bound, options, context);
    const paged = await context.listOut();
    try {
      return await listKeys(client, bound, options, { ...context, out: paged.stream });
    } finally {
      await paged.finish();
    }
  } finally {
    await bound.close();
  }
}

async function listKeys(
  client: RedisClient,
  bound: BoundSelection,
  options: ListOptions,
  context: Context,
): Promise<Outcome> {
  const lost: LostNode[] = [];
  const printer = new Printer(options, keyRenderer(options.form, options.facts, context.layout), context);
  const top = options.sort === undefined ? undefined : new Top(options.sort.top, comparison(options.sort.by));
  let failure: CachectlError | undefined;
  try {
    const batches = walkSelection(client, bound, {
      signal: context.signal,
      reading: true,
      existing: true,
      facts: options.facts,
      // A list has to have every key, and may have one twice.
      each: options.countOnly ? 'once' : undefined,
      onLost: (node) => lost.push(node),
    });
    for await (const { keys, facts } of batches) {
      if (context.out.closed()) break;
      const found = facts ?? keys.map((key) => ({ key }));
      if (top === undefined) await printer.print(found);
      else for (const key of found) top.add(key);
    }
    if (top !== undefined) await printer.print(top.result());
  } catch (error) {
    // What has been written stays written; a document that was begun is brought to its end.
    if (!(error instanceof CachectlError) || !printer.hasBegun) throw error;
    failure = error;
  }
  await printer.finish(lost, failure);
  for (const { address, error } of lost) context.messages.warn(`not looked at: ${address}: ${error.message}`);
  if (printer.leftOut > 0) {
    context.messages.warn(
      `${countOf(printer.leftOut, 'key')} with a NUL byte left out: -0 cannot tell where they end; use -o ndjson`,
    );
  }
  const partial = lost.length > 0 || printer.leftOut > 0;
  if (printer.count === 0 && !partial && failure === undefined && !context.signal.aborted)
    hintAtNothing(options.selection, context);
  return {
    exitCode: failure?.exitCode ?? (partial ? ExitCode.partial : ExitCode.ok),
    views: { table: () => '', json: () => ({ schema: 'cachectl/keys/v1', count: printer.count }) },
    isStreamed: true,
    failure,
  };
}

/** Shortest life first, largest first, longest unused first; what never expires is last. */
function comparison(by: 'ttl' | 'size' | 'idle'): (a: KeyFacts, b: KeyFacts) => number {
  const rank = ({ ttlMs = Infinity, sizeBytes = 0, idleSeconds = 0 }: KeyFacts): number =>
    by === 'ttl' ? ttlMs : by === 'size' ? -sizeBytes : -idleSeconds;
  return (a, b) => {
    const [first, second] = [rank(a), rank(b)];
    return first === second ? Buffer.compare(a.key, b.key) : first < second ? -1 : 1;
  };
}

/** Writes keys as they come, with the head in front of the first and the end behind the last. */
class Printer {
  count = 0;
  /** Keys that this form cannot show. */
  leftOut = 0;
  hasBegun = false;
  readonly #options: ListOptions;
  readonly #renderer: KeyRenderer;
  readonly #context: Context;

  constructor(options: ListOptions, renderer: KeyRenderer, context: Context) {
    this.#options = options;
    this.#renderer = renderer;
    this.#context = context;
  }

  async print(found: readonly KeyFacts[]): Promise<void> {
    const keys = this.#options.form === 'nul' ? found.filter(({ key }) => !key.includes(0)) : found;
    this.leftOut += found.length - keys.length;
    const isFirst = this.count === 0;
    this.count += keys.length;
    if (this.#options.countOnly || keys.length === 0) return;
    await this.#begin();
    await this.#context.out.write(this.#renderer.keys(keys, isFirst));
  }

  async finish(lost: readonly LostNode[], failure: CachectlError | undefined): Promise<void> {
    const { form, countOnly } = this.#options;
    if (form === 'json') {
      await this.#begin();
      const end = {
        count: this.count,
        interrupted: this.#context.signal.aborted,
        unreachable: lost.map(({ address, error }) => ({ address, message: error.message })),
        failure: failure === undefined ? null : { code: failure.code, message: failure.message },
      };
      const closing = countOnly ? '' : this.count === 0 ? '],' : '\n  ],';
      const fields = renderJson(end, 2).slice(2);
      await this.#context.out.write(`${closing}${countOnly ? '' : '\n'}${fields}\n`);
    } else if (!countOnly) await this.#begin();
    else if (form === 'ndjson') await this.#context.out.write(`${renderJson({ count: this.count })}\n`);
    else await this.#context.out.write(form === 'csv' ? `count\n${this.count}\n` : `${this.count}\n`);
  }

  async #begin(): Promise<void> {
    if (this.hasBegun) return;
    this.hasBegun = true;
    const { form, countOnly } = this.#options;
    if (form !== 'json') await this.#context.out.write(this.#renderer.head());
    else {
      const { name, location } = (await this.#context.redis()).target;
      const target = renderJson({ name, location });
      const keys = countOnly ? '' : '  "keys": [';
      await this.#context.out.write(`{\n  "schema": "cachectl/keys/v1",\n  "target": ${target},\n${keys}`);
    }
  }
}

export const command = defineCommand({
  parse: (input, context) => parseList(input, context.options.format),
  run: runList,
});
