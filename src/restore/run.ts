import path from 'node:path';
import { openAudit } from '../audit/audit.ts';
import { defineCommand, type JsonDocument, type Outcome } from '../cli/command.ts';
import type { Context } from '../cli/context.ts';
import { UsageError } from '../cli/errors.ts';
import { ExitCode } from '../cli/exit-code.ts';
import type { Input } from '../cli/input.ts';
import type { Loss } from '../backup/reader.ts';
import { matchesGlob } from '../keys/pattern.ts';
import { escapeText, keyJson } from '../keys/printable.ts';
import type { RedisTarget } from '../redis/types.ts';
import type { TerminalInfo } from '../terminal/terminal-info.ts';
import { formatDurationMs } from '../units/duration.ts';
import { countOf, formatCount } from '../units/number.ts';
import { executeRestore, type RestoreResult } from './execute.ts';

interface RestoreCommand {
  /** As it was given. */
  readonly file: string;
  readonly replace: boolean;
  readonly dryRun: boolean;
  readonly patterns: readonly Buffer[];
  readonly audit: string | undefined;
  readonly yes: boolean;
  readonly confirm: string | undefined;
}

interface RestoreReport {
  readonly options: RestoreCommand;
  readonly target: RedisTarget;
  readonly result: RestoreResult;
  readonly elapsedMs: number;
  readonly interrupted: boolean;
}

/** @throws UsageError */
export function parseRestore(input: Input): RestoreCommand {
  const patterns = input.bytes(input.texts('pattern'));
  if (patterns.some((pattern) => pattern.length === 0))
    throw new UsageError('--pattern is empty: it would match nothing');
  return {
    file: input.args[0] ?? '',
    replace: input.on('replace'),
    dryRun: input.on('dry-run'),
    patterns,
    audit: input.text('audit'),
    yes: input.on('yes'),
    confirm: input.text('confirm'),
  };
}

async function runRestore(options: RestoreCommand, context: Context): Promise<Outcome> {
  const { host, layout, signal } = context;
  const client = await context.redis();
  const { target } = client;
  const audit = options.dryRun ? undefined : await openAudit(options.audit, context);
  if (!options.dryRun) {
    await context.confirm({
      // Putting keys back harms nobody, except where a protected connection is taken for another.
      reach: target.protected ? 'selection' : 'named',
      yes: options.yes,
      confirm: options.confirm,
      deed: { verb: 'restore', noun: 'restoring' },
      preview: () => Promise.resolve([`${options.file} would be restored into ${target.name}`]),
    });
  }
  const startedAt = host.clock.monotonicMs();
  const progress = context.progress({ label: 'restoring', unit: 'keys' });
  const globs = options.patterns.flatMap((pattern) => layout.toPhysicalPatterns(pattern));
  const result = await executeRestore(client, {
    file: path.resolve(host.cwd, options.file),
    replace: options.replace,
    dryRun: options.dryRun,
    accepts: (key) => globs.length === 0 || globs.some((glob) => matchesGlob(glob, key)),
    now: () => host.clock.now(),
    signal,
    onProgress: progress.update,
  });
  progress.stop();
  const elapsedMs = host.clock.monotonicMs() - startedAt;
  const report: RestoreReport = { options, target, result, elapsedMs, interrupted: signal.aborted };
  const partial = result.losses.length > 0 || result.refused.size > 0;
  const { restored, expired, kept, filtered, failure } = result;
  const unaudited = await audit?.write({
    command: 'restore',
    target: { name: target.name, location: target.location, protected: target.protected },
    selection: { file: options.file, patterns: options.patterns.map(keyJson), replace: options.replace },
    counts: { restored, expired, kept, filtered, refused: refusedOf(result) },
    outcome: report.interrupted ? 'interrupted' : (failure?.code ?? (partial ? 'partial' : 'done')),
  });
  return {
    exitCode: failure?.exitCode ?? (partial ? ExitCode.partial : ExitCode.ok),
    views: { table: (terminal) => renderRestore(report, terminal), json: () => restoreJson(report) },
    failure: failure ?? unaudited,
  };
}

function refusedOf({ refused }: RestoreResult): number {
  return [...refused.values()].reduce((sum, count) => sum + count, 0);
}

function renderRestore(report: RestoreReport, terminal: TerminalInfo): string {
  const { options, target, result, elapsedMs, interrupted } = report;
  const { restored, expired, kept, filtered, refused, losses, failure } = result;
  const broken = interrupted || failure !== undefined;
  const head = options.dryRun
    ? `${countOf(restored, 'key')} would be restored into ${target.name}`
    : `${broken ? terminal.style.warn('Stopped early: restored') : terminal.style.good('Restored')} ` +
      `${countOf(restored, 'key')} into ${target.name} in ${formatDurationMs(elapsedMs)}`;
  return [
    head,
    ...(expired > 0 ? [`${formatCount(expired)} expired meanwhile: left out`] : []),
    ...(kept > 0
      ? [`${formatCount(kept)} exist and were left as they are (--replace writes over them)`]
      : []),
    ...(filtered > 0 ? [`${formatCount(filtered)} do not match --pattern`] : []),
    ...Array.from(refused, ([message, count]) => `${formatCount(count)} refused: ${escapeText(message)}`),
    ...losses.map((loss) => terminal.style.bad(lossText(loss))),
  ].join('\n');
}

function lossText({ from, to, keys, why }: Loss): string {
  const place =
    from === to ? `the file ends at byte ${from} without its end` : `bytes ${from} to ${to} are ${why}`;
  if (keys === undefined) return `Lost: ${place}: how many keys stood there is not known`;
  return `Lost: ${place}: ${countOf(keys, 'key')}`;
}

function restoreJson({ options, target, result, elapsedMs, interrupted }: RestoreReport): JsonDocument {
  const { restored, expired, kept, filtered, refused, losses, failure } = result;
  return {
    schema: 'cachectl/restore/v1',
    dry_run: options.dryRun,
    target: { name: target.name, location: target.location, protected: target.protected },
    file: options.file,
    replace: options.replace,
    restored,
    expired,
    kept,
    filtered,
    refused: Array.from(refused, ([message, keys]) => ({ message, keys })),
    lost: losses.map(({ from, to, keys, why }) => ({
      from_byte: from,
      to_byte: to,
      keys: keys ?? null,
      why,
    })),
    elapsed_ms: Math.round(elapsedMs * 10) / 10,
    interrupted,
    failure: failure === undefined ? null : { code: failure.code, message: failure.message },
  };
}

export const command = defineCommand({ parse: parseRestore, run: runRestore });
