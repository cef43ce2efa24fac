import { findAndLoadSpec } from '../config/load-file.ts';
import type { Diagnostic } from '../config/diagnose.ts';
import { connectionWarnings, type LoadedSpec } from '../config/loaded.ts';
import type { Host } from '../host.ts';
import type { Layout } from '../keys/layout.ts';
import { createConnectionLog, type ConnectionLog } from '../redis/connection-log.ts';
import type { RedisClient } from '../redis/types.ts';
import { renderJson } from '../terminal/json.ts';
import { silentProgress, startProgress, type Progress } from '../terminal/progress.ts';
import { createPrompter } from '../terminal/prompt.ts';
import type { TextStream } from '../terminal/streams.ts';
import { createStyle, wantsColor, type Style } from '../terminal/style.ts';
import { terminalInfo, type TerminalInfo } from '../terminal/terminal-info.ts';
import { formatDurationMs } from '../units/duration.ts';
import { commandName, type CommandSpec, type OutputFormat, type Outcome } from './command.ts';
import { confirmWithPerson } from './confirm.ts';
import { chooseLayout } from './choose-layout.ts';
import { chooseConnection } from './connection.ts';
import type { Context, Messages, RunResult } from './context.ts';
import { CachectlError, UsageError } from './errors.ts';
import { ExitCode } from './exit-code.ts';
import { parseGlobalOptions, type GlobalOptions } from './global-options.ts';
import type { Input } from './input.ts';
import { describeError, renderError } from './report-error.ts';
import { Interrupted, watchForStop } from './signals.ts';
import type { Streams } from './streams.ts';

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
  const format = chooseFormat(spec, globals);
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
    const loaded = await loadSpecFor(spec, globals, host, messages);
    const context = createContext({
      host,
      globals,
      loaded,
      layout: await chooseLayout(input, loaded),
      streams,
      messages,
      signal: stop.signal,
      resources,
      invoke,
    });
    const { command } = await spec.load();
    const outcome = await command.run(input, context);
    resources.stopProgress();
    if (outcome.isStreamed !== true) await printOutcome(outcome, format, context.terminal, streams.out);
    const exitCode = await conclude(outcome, stop.reason(), globals, messages, (failure) =>
      streams.err.write(
        `${renderError(describeError(failure, globals.verbose), errorStyle(streams.err, host, globals))}\n`,
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

function chooseFormat(spec: CommandSpec, globals: GlobalOptions): OutputFormat {
  const format = globals.format ?? spec.formats[0] ?? 'table';
  if (!spec.formats.includes(format)) {
    throw new UsageError(`${commandName(spec)} has no output format "${format}"`, {
      hint: `it has ${spec.formats.join(', ')}`,
    });
  }
  return format;
}

function isSwitchedOff(env: Host['env']): boolean {
  return /^(false|0|no|off)$/i.test(env['CACHECTL_ENABLED'] ?? '');
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

function warnAbout(warnings: readonly Diagnostic[], messages: Messages): void {
  for (const { path, line, column, message } of warnings) {
    messages.warn(`${path}:${line}:${column}: ${message}`);
  }
}

/** What a run opens and must close again. */
class Resources {
  readonly #progress = new Set<Progress>();
  #redis: Promise<RedisClient> | undefined;
  #log: ConnectionLog | undefined;

  redis(open: () => Promise<RedisClient>): Promise<RedisClient> {
    this.#redis ??= open();
    return this.#redis;
  }

  /** The log of the one connection; it tells of round trips when the connection is closed. */
  connectionLog(say: (message: string) => void): ConnectionLog {
    this.#log ??= createConnectionLog(say);
    return this.#log;
  }

  track(progress: Progress): Progress {
    this.#progress.add(progress);
    return progress;
  }

  stopProgress(): void {
    for (const progress of this.#progress) progress.stop();
    this.#progress.clear();
  }

  async close(): Promise<void> {
    this.stopProgress();
    const client = await this.#redis?.catch(() => undefined);
    this.#log?.summarize();
    await client?.close();
  }
}

function errorStyle(err: TextStream, host: Host, globals: GlobalOptions): Style {
  return createStyle(wantsColor(err.isTerminal, host.env, globals.color));
}

function createMessages(err: TextStream, host: Host, globals: GlobalOptions): Messages {
  const style = errorStyle(err, host, globals);
  const line = (text: string): void => void err.write(`${text}\n`);
  return {
    note: (text) => (globals.quiet ? undefined : line(text)),
    warn: (text) => line(`${style.warn('warning:')} ${text}`),
    verbose: (text) => (globals.verbose ? line(style.dim(text)) : undefined),
  };
}

function createContext(parts: {
  readonly host: Host;
  readonly globals: GlobalOptions;
  readonly loaded: LoadedSpec | undefined;
  readonly layout: Layout;
  readonly streams: Streams;
  readonly messages: Messages;
  readonly signal: AbortSignal;
  readonly resources: Resources;
  readonly invoke: Context['invoke'];
}): Context {
  const { host, globals, loaded, layout, streams, messages, signal, resources, invoke } = parts;
  const terminal = terminalInfo(streams.out, host, globals.color);
  const canAsk = globals.input && host.stdin.isTTY === true && streams.err.isTerminal;
  const drawn =
    streams.err.isTerminal && host.env['TERM'] !== 'dumb' && host.env['CACHECTL_PROGRESS'] !== 'plain';
  const prompter = createPrompter(host.stdin, host.stderr, signal, () => new Interrupted('SIGINT'));
  const redis = (): Promise<RedisClient> =>
    resources.redis(async () => {
      const choice = chooseConnection(globals, host.env, loaded);
      for (const warning of choice.warnings) messages.warn(warning);
      const { connectRedis } = await import('../redis/connect.ts');
      messages.verbose(`connection from ${choice.source}`);
      const name = choice.options.connectionName;
      if (loaded !== undefined && name !== undefined) warnAbout(connectionWarnings(loaded, name), messages);
      return connectRedis(choice.options, {
        signal,
        log: resources.connectionLog(messages.verbose),
        now: () => host.clock.monotonicMs(),
        secrets: {
          stdin: host.stdin,
          env: host.env,
          cwd: host.cwd,
          canAsk,
          askSecret: prompter.secret,
          signal,
        },
      });
    });
  return {
    host,
    options: globals,
    signal,
    spec: loaded,
    layout,
    redis,
    out: streams.out,
    terminal,
    messages,
    prompter,
    canAsk,
    progress: (task) =>
      globals.quiet
        ? silentProgress
        : resources.track(startProgress(task, streams.err, host.clock, { unicode: terminal.unicode, drawn })),
    confirm: async (request) =>
      confirmWithPerson(request, (await redis()).target, {
        canAsk,
        prompter,
        write: (text) => streams.err.write(text),
      }),
    invoke,
  };
}

async function printOutcome(
  outcome: Outcome,
  format: OutputFormat,
  terminal: TerminalInfo,
  out: TextStream,
): Promise<void> {
  const text = renderOutcome(outcome, format, terminal);
  if (text !== '') await out.write(text.endsWith('\n') ? text : `${text}\n`);
}

/** A report in one format; empty where there is nothing to print. */
export function renderOutcome(outcome: Outcome, format: OutputFormat, terminal: TerminalInfo): string {
  const { views } = outcome;
  switch (format) {
    case 'table':
      return views.table(terminal);
    case 'json':
      return renderJson(views.json(), 2);
    case 'ndjson':
      return (views.ndjson?.() ?? []).map((record) => renderJson(record)).join('\n');
    case 'csv':
      return views.csv?.() ?? '';
    case 'markdown':
      return views.markdown?.() ?? '';
  }
}

/** `--json` prints one document whatever happens, and so also where nothing was done. */
async function printSkipped(
  spec: CommandSpec,
  format: OutputFormat,
  out: TextStream,
  code: string,
  message: string,
): Promise<void> {
  if (format !== 'json') return;
  const document = { schema: `cachectl/${spec.path.join('-')}/v1`, skipped: { code, message } };
  await out.write(`${renderJson(document, 2)}\n`);
}
