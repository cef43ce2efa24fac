import { findAndLoadSpec } from '../config/load-file.ts';
import type { LoadedSpec } from '../config/loaded.ts';
import type { Host } from '../host.ts';
import { nearest } from '../text/nearest.ts';
import { formatDurationMs } from '../units/duration.ts';
import { commandName, type CommandSpec, type OutputFormat, type Outcome } from './command.ts';
import { chooseLayout } from './choose-layout.ts';
import type { Context, Messages, RunResult } from './context.ts';
import { createContext } from './create-context.ts';
import { CachectlError, UsageError } from './errors.ts';
import { ExitCode } from './exit-code.ts';
import { pagedOut } from './paged-out.ts';
import { parseGlobalOptions, type GlobalOptions } from './global-options.ts';
import type { Input } from './input.ts';
import { createMessages, errorStyle, warnAbout } from './messages.ts';
import { printOutcome, printSkipped } from './print-outcome.ts';
import { describeError, renderError } from './report-error.ts';
import { Resources } from './resources.ts';
import { Interrupted, watchForStop } from './signals.ts';
import type { Streams } from './streams.ts';
import { isSwitchedOff } from './switched-off.ts';

/**
 * Runs one command: reads the spec file, builds its context, prints its report in the format that was
 * asked for, and gives the exit code.
 * @throws CachectlError where there is no report
 */
export async function runCommand(
  spec: CommandSpec,
  input: Input,
  host: Host,
  streams: Streams,
  invoke: Context['invoke'],
): Promise<RunResult> {
  const globals = parseGlobalOptions(input);
  const format = chooseFormat(spec, input, globals);
  if (globals.httpUrls.length > 0 && spec.path[0] !== 'loadtest') {
    throw new UsageError('--url names a Redis, and this is a web address', {
      hint: 'write redis://host:6379/0; web addresses are for cachectl loadtest',
    });
  }
  const messages = createMessages(streams.err, host, globals);
  if (spec.risk !== 'read' && isSwitchedOff(host.env)) {
    messages.warn('CACHECTL_ENABLED=false: nothing was done');
    await printSkipped(spec, format, streams.out, 'disabled', 'CACHECTL_ENABLED=false');
    return { exitCode: ExitCode.ok };
  }
  const stop = watchForStop(
    host,
    globals.timeoutMs === undefined
      ? undefined
      : { ms: globals.timeoutMs, text: formatDurationMs(globals.timeoutMs) },
  );
  const resources = new Resources();
  try {
    let specProblem: CachectlError | undefined;
    const loaded = await loadSpecFor(spec, globals, host, messages).catch((error: unknown) => {
      if (spec.spec !== 'lenient' || !(error instanceof CachectlError)) throw error;
      specProblem = error;
      return undefined;
    });
    const context = createContext({
      host,
      globals,
      loaded,
      specProblem,
      layout: await chooseLayout(input, loaded),
      streams,
      messages,
      signal: stop.signal,
      resources,
      // Whoever says that others may wait means the server's processor, too.
      isBulk: spec.isBulk === true && input.text('max-latency') !== 'off',
      invoke,
    });
    const { command } = await spec.load();
    const outcome = await command.run(input, context);
    resources.stopProgress();
    if (outcome.isStreamed !== true) {
      // Whoever has just ended it wants the prompt back, and no pager to end as well.
      const wasEnded = outcome.endsWithSignal === true || stop.reason() !== undefined;
      const isPaged = globals.pager && format === 'table' && !wasEnded;
      const paged = await pagedOut(streams, host, isPaged, () => undefined);
      await printOutcome(outcome, format, context.terminal, paged.stream);
      await paged.finish();
    }
    const exitCode = await conclude(outcome, stop.reason(), globals, messages, (failure) =>
      streams.err.write(
        `${renderError(describeError(failure, globals.verbose), errorStyle(streams.err, host, globals), streams.err.isTerminal ? streams.err.width() : undefined)}\n`,
      ),
    );
    return { exitCode, document: outcome.views.json };
  } catch (error) {
    resources.stopProgress();
    const reason = stop.reason();
    if (reason !== undefined) throw reason;
    if (globals.onUnavailable === 'skip' && isRedisUnavailable(error)) {
      messages.warn(`${error.message}; skipped, as --on-unavailable skip says`);
      await printSkipped(spec, format, streams.out, error.code, error.message);
      return { exitCode: ExitCode.ok };
    }
    throw error;
  } finally {
    await resources.close();
    stop.dispose();
  }
}

/** The exit code of a run that has a report: why it ended goes before how it went. */
async function conclude(
  outcome: Outcome,
  stopReason: CachectlError | undefined,
  globals: GlobalOptions,
  messages: Messages,
  tell: (failure: CachectlError) => Promise<void>,
): Promise<ExitCode> {
  if (stopReason !== undefined && !(stopReason instanceof Interrupted && outcome.endsWithSignal === true)) {
    messages.warn(stopReason.message);
    return stopReason.exitCode;
  }
  const { failure } = outcome;
  if (failure === undefined) return outcome.exitCode;
  if (globals.onUnavailable === 'skip' && isRedisUnavailable(failure)) {
    messages.warn(`${failure.message}; the rest was skipped, as --on-unavailable skip says`);
    return ExitCode.ok;
  }
  await tell(failure);
  return failure.exitCode;
}

function chooseFormat(spec: CommandSpec, input: Input, globals: GlobalOptions): OutputFormat {
  const named = globals.format ?? input.text('output') ?? spec.formats[0];
  const format = spec.formats.find((candidate) => candidate === named);
  if (format === undefined) {
    const guess = nearest(named ?? '', spec.formats);
    throw new UsageError(`${commandName(spec)} has no output format "${named ?? ''}"`, {
      hint: guess === undefined ? `it has ${spec.formats.join(', ')}` : `did you mean ${guess}?`,
    });
  }
  return format;
}

function isRedisUnavailable(error: unknown): error is CachectlError {
  return (
    error instanceof CachectlError &&
    error.exitCode === ExitCode.unreachable &&
    error.code.startsWith('redis.')
  );
}

async function loadSpecFor(
  spec: CommandSpec,
  globals: GlobalOptions,
  host: Host,
  messages: Messages,
): Promise<LoadedSpec | undefined> {
  if (spec.spec === 'none') return undefined;
  const loaded = await findAndLoadSpec({
    explicitPath: globals.configPath ?? host.env['CACHECTL_CONFIG'],
    cwd: host.cwd,
    env: host.env,
    required: spec.spec === 'required',
  });
  warnAbout(loaded?.warnings ?? [], messages);
  return loaded;
}
