import type { Context } from '../cli/context.ts';
import { UsageError } from '../cli/errors.ts';
import type { Input } from '../cli/input.ts';
import type { RuleSpec } from '../config/rule-spec.ts';
import type { Agreement } from './carry-out.ts';
import { MAX_EVENT_BYTES, parseDataFlags, readEventData } from './event.ts';
import { findRule } from './find-rule.ts';
import { readAll } from './read-all.ts';

/** An event as a command line gives it, with its rule. */
export interface EventOptions extends Agreement {
  readonly rule: RuleSpec;
  readonly data: Readonly<Record<string, string>>;
  readonly dryRun: boolean;
}

/**
 * Reads the event of a command line.
 * @param verb the command, for messages
 * @throws UsageError for an unknown event and data that cannot be read
 */
export async function parseEvent(verb: string, input: Input, context: Context): Promise<EventOptions> {
  const [name] = input.args;
  if (context.spec === undefined) {
    throw new UsageError(`${verb} needs a spec file: it says what an event does`);
  }
  if (name === undefined) throw new UsageError('say which event happened');
  const rule = findRule(context.spec.spec, name);
  const from = input.text('data-from');
  const file = from === undefined ? {} : readEventData(await readData(from, context), `--data-from ${from}`);
  return {
    rule,
    // What is typed goes before what is piped in.
    data: { ...file, ...parseDataFlags(input) },
    dryRun: input.on('dry-run'),
    yes: input.on('yes'),
    confirm: input.text('confirm'),
  };
}

function readData(from: string, { host, signal }: Context): Promise<string> {
  return readAll(from, { host, signal, maxBytes: MAX_EVENT_BYTES, flag: '--data-from' });
}
