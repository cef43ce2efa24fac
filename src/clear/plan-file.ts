import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { CachectlError, UsageError } from '../cli/errors.ts';
import { fileCause } from '../cli/file-cause.ts';
import { whyUnwritable } from '../cli/why-unwritable.ts';
import { ExitCode } from '../cli/exit-code.ts';
import type { Reach } from '../cli/confirmation.ts';
import { escapeText, keyJson } from '../keys/printable.ts';
import { identityDifference, type Identity } from '../redis/identity.ts';
import { splitAt } from '../selection/named-keys.ts';
import { formatDurationMs } from '../units/duration.ts';

/**
 * A plan as a file: JSON lines. The first tells what the plan is for, then one line for each physical key, the
 * last one how many there are and their digest, so that half a file cannot pass for a plan.
 */
export interface PlanHeader {
  /** Milliseconds since the epoch. */
  readonly createdAtMs: number;
  readonly identity: Identity;
  /** The command that chose the keys, and that may carry the plan out. */
  readonly command: ClearingCommand;
  readonly reach: Reach;
  /** What the keys were chosen by, as that command describes it. */
  readonly selection: Readonly<Record<string, unknown>>;
}

/** The commands that clear keys, and so write plans. */
export type ClearingCommand = 'clear' | 'namespace gc';

const SCHEMA = 'cachectl/clear-plan/v1';

/** A plan that is being written; nothing stands under its name until it is finished. */
export interface PlanWriter {
  readonly add: (keys: readonly Buffer[]) => Promise<void>;
  readonly finish: () => Promise<void>;
  readonly abandon: () => Promise<void>;
}

/** @throws UsageError where the file cannot be written */
export async function createPlanFile(file: string, header: PlanHeader): Promise<PlanWriter> {
  // The draft's own name is free, and the one that it gets at the end is not looked at before.
  const cause = await whyUnwritable(file);
  if (cause !== undefined) throw new UsageError(`the plan ${escapeText(file)} cannot be written: ${cause}`);
  const draft = path.join(path.dirname(file), `.${path.basename(file)}.part`);
  const handle = await open(draft, 'w', 0o600).catch((error: unknown) => {
    throw new UsageError(`the plan ${escapeText(file)} cannot be written: ${fileCause(error, 'write')}`);
  });
  const digest = createHash('sha256');
  let count = 0;
  await handle.write(
    `${JSON.stringify({
      schema: SCHEMA,
      created_at: new Date(header.createdAtMs).toISOString(),
      command: header.command,
      target: {
        kind: header.identity.kind,
        database: header.identity.database,
        nodes: header.identity.nodes.map(({ address, runId }) => ({ address, run_id: runId ?? null })),
      },
      reach: header.reach,
      selection: header.selection,
    })}\n`,
  );
  return {
    add: async (keys) => {
      count += keys.length;
      const lines = keys.map((key) => `${JSON.stringify(keyJson(key))}\n`).join('');
      digest.update(lines);
      await handle.write(lines);
    },
    finish: async () => {
      await handle.write(`${JSON.stringify({ end: true, keys: count, sha256: digest.digest('hex') })}\n`);
      await handle.sync();
      await handle.close();
      await rename(draft, file);
    },
    abandon: async () => {
      await handle.close();
      await rm(draft, { force: true });
    },
  };
}

/** A plan that was read to its end once, and is whole. */
export interface ReadPlan {
  readonly header: PlanHeader;
  readonly count: number;
  /** The physical keys, read anew. */
  readonly keys: () => AsyncGenerator<Buffer, void, void>;
}

/** @throws UsageError where it cannot be read, is no plan, or is not whole */
export async function readPlanFile(file: string): Promise<ReadPlan> {
  const digest = createHash('sha256');
  let header: PlanHeader | undefined;
  let end: unknown;
  let count = 0;
  try {
    for await (const line of splitAt(createReadStream(file), 0x0a)) {
      if (end !== undefined) throw brokenPlan(file);
      const record = parseRecord(line, file);
      if (header === undefined) header = parseHeader(record, file);
      else if (record['end'] === true) end = record;
      else {
        keyOf(record, file);
        count++;
        digest.update(line).update('\n');
      }
    }
  } catch (error) {
    if (error instanceof CachectlError) throw error;
    throw new UsageError(`the plan ${escapeText(file)} cannot be read: ${fileCause(error, 'read')}`);
  }
  const { keys, sha256 } = (end ?? {}) as { readonly keys?: unknown; readonly sha256?: unknown };
  if (header === undefined || keys !== count || sha256 !== digest.digest('hex')) throw brokenPlan(file);
  return {
    header,
    count,
    keys: async function* () {
      let line = 0;
      for await (const text of splitAt(createReadStream(file), 0x0a)) {
        if (++line === 1) continue;
        if (line > count + 1) return;
        yield keyOf(parseRecord(text, file), file);
      }
    },
  };
}

/**
 * Refuses a plan that another command made, or that was made for other servers, another database, or too long ago.
 * @throws CachectlError exit 7
 */
export function checkPlan(
  header: PlanHeader,
  now: {
    readonly identity: Identity;
    readonly command: ClearingCommand;
    readonly nowMs: number;
    readonly maxAgeMs: number;
  },
): void {
  if (header.command !== now.command)
    throw refusedPlan(
      `this is a plan of cachectl ${header.command}`,
      `cachectl ${header.command} --apply FILE carries it out`,
    );
  const difference = identityDifference(header.identity, now.identity);
  if (difference !== undefined)
    throw refusedPlan(
      `the plan was made for another Redis: ${difference}`,
      'make a new plan with --plan FILE',
    );
  const ageMs = now.nowMs - header.createdAtMs;
  if (ageMs > now.maxAgeMs)
    throw refusedPlan(
      `the plan is ${formatDurationMs(ageMs)} old, and may be ${formatDurationMs(now.maxAgeMs)}`,
      'make a new one, or allow more with --max-age',
    );
}

/** A plan that is whole, and must not be carried out as things are now. */
export function refusedPlan(message: string, hint: string): CachectlError {
  return new CachectlError(message, { code: 'clear.plan', exitCode: ExitCode.unconfirmed, hint });
}

function brokenPlan(file: string): UsageError {
  return new UsageError(`${escapeText(file)} is no whole plan of cachectl: it was cut or changed`, {
    hint: 'make a new one with --plan FILE',
  });
}

function parseRecord(line: Buffer, file: string): Readonly<Record<string, unknown>> {
  try {
    const record: unknown = JSON.parse(line.toString('utf8'));
    if (typeof record === 'object' && record !== null) return record as Readonly<Record<string, unknown>>;
  } catch {
    // Told below.
  }
  throw brokenPlan(file);
}

function keyOf(record: Readonly<Record<string, unknown>>, file: string): Buffer {
  const { key, key_base64: base64 } = record;
  if (typeof key === 'string') return Buffer.from(key, 'utf8');
  if (typeof base64 === 'string') return Buffer.from(base64, 'base64');
  throw brokenPlan(file);
}

const KINDS: readonly Identity['kind'][] = ['single', 'sentinel', 'cluster'];
const COMMANDS: readonly ClearingCommand[] = ['clear', 'namespace gc'];
const REACHES: readonly Reach[] = ['named', 'selection', 'filters', 'everything'];

function parseHeader(record: Readonly<Record<string, unknown>>, file: string): PlanHeader {
  const createdAtMs = Date.parse(String(record['created_at']));
  const target = record['target'] as Partial<Record<string, unknown>> | undefined;
  const kind = KINDS.find((candidate) => candidate === target?.['kind']);
  const command = COMMANDS.find((candidate) => candidate === (record['command'] ?? 'clear'));
  const reach = REACHES.find((candidate) => candidate === record['reach']);
  const nodes = target?.['nodes'];
  const database = target?.['database'];
  if (
    record['schema'] !== SCHEMA ||
    Number.isNaN(createdAtMs) ||
    kind === undefined ||
    command === undefined ||
    reach === undefined ||
    !Array.isArray(nodes) ||
    typeof database !== 'number'
  )
    throw brokenPlan(file);
  return {
    createdAtMs,
    command,
    reach,
    selection: record['selection'] as Readonly<Record<string, unknown>>,
    identity: {
      kind,
      database,
      nodes: (nodes as readonly Readonly<Record<string, unknown>>[]).map((node) => ({
        address: String(node['address']),
        runId: typeof node['run_id'] === 'string' ? node['run_id'] : undefined,
      })),
    },
  };
}
