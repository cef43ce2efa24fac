import { connectionWarnings, type LoadedSpec } from '../config/loaded.ts';
import type { Host } from '../host.ts';
import type { Layout } from '../keys/layout.ts';
import type { RedisClient } from '../redis/types.ts';
import { isOnThisMachine } from '../redis/url.ts';
import { silentProgress, startProgress } from '../terminal/progress.ts';
import { createPrompter } from '../terminal/prompt.ts';
import { terminalInfo } from '../terminal/terminal-info.ts';
import { wrapProse } from '../terminal/wrap.ts';
import { confirmWithPerson } from './confirm.ts';
import { chooseConnection } from './connection.ts';
import type { Context, Messages } from './context.ts';
import type { CachectlError } from './errors.ts';
import type { GlobalOptions } from './global-options.ts';
import { warnAbout } from './messages.ts';
import { pagedOut } from './paged-out.ts';
import { Resources } from './resources.ts';
import { Interrupted } from './signals.ts';
import type { Streams } from './streams.ts';

/** What a running command may use, made from this command line. Nothing is opened before it is asked for. */
export function createContext(parts: {
  readonly host: Host;
  readonly globals: GlobalOptions;
  readonly loaded: LoadedSpec | undefined;
  readonly specProblem?: CachectlError | undefined;
  readonly layout: Layout;
  readonly streams: Streams;
  readonly messages: Messages;
  readonly signal: AbortSignal;
  readonly resources: Resources;
  readonly isBulk: boolean;
  readonly invoke: Context['invoke'];
}): Context {
  const { host, globals, loaded, layout, streams, messages, signal, resources, invoke } = parts;
  const terminal = terminalInfo(streams.out, host, globals.color);
  const canAsk = globals.input && host.stdin.isTTY === true && streams.err.isTerminal;
  const drawn =
    streams.err.isTerminal && host.env['TERM'] !== 'dumb' && host.env['CACHECTL_PROGRESS'] !== 'plain';
  const prompter = createPrompter(
    host.stdin,
    host.stderr,
    signal,
    () => new Interrupted('SIGINT'),
    terminal.unicode,
  );
  const open = async (
    chosen: Pick<GlobalOptions, 'redisUrl' | 'connectionName' | 'redis'>,
  ): Promise<RedisClient> => {
    const choice = chooseConnection(chosen, host.env, loaded);
    for (const warning of choice.warnings) messages.warn(warning);
    if (parts.isBulk && isOnThisMachine(choice.options.topology)) host.yieldProcessor?.();
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
  };
  const redis = (): Promise<RedisClient> => resources.redis(() => open(globals));
  return {
    host,
    options: globals,
    signal,
    spec: loaded,
    specProblem: parts.specProblem,
    layout,
    redis,
    connectTo: (url, password) =>
      open({
        redisUrl: url,
        connectionName: undefined,
        redis: password === undefined ? globals.redis : { ...globals.redis, password },
      }),
    out: streams.out,
    listOut: () => pagedOut(streams, host, globals.pager, () => resources.stopProgress()),
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
        write: (text) => streams.err.write(wrapProse(text, streams.err.width())),
      }),
    detach: (own) => {
      const opened = new Resources();
      const context = createContext({ ...parts, signal: own, resources: opened });
      return { context, close: () => opened.close() };
    },
    invoke,
  };
}
