import type { LoadedSpec } from '../config/loaded.ts';
import type { Host } from '../host.ts';
import type { Layout } from '../keys/layout.ts';
import type { RedisClient } from '../redis/types.ts';
import type { PagedStream } from '../terminal/pager.ts';
import type { Progress, Task } from '../terminal/progress.ts';
import type { Prompter } from '../terminal/prompt.ts';
import type { TextStream } from '../terminal/streams.ts';
import type { TerminalInfo } from '../terminal/terminal-info.ts';
import type { Deed, Reach } from './confirmation.ts';
import type { JsonDocument } from './command.ts';
import type { CachectlError } from './errors.ts';
import type { ExitCode } from './exit-code.ts';
import type { GlobalOptions } from './global-options.ts';

/** What is told beside the result, on stderr. */
export interface Messages {
  /** Silent under `--quiet`. */
  readonly note: (text: string) => void;
  readonly warn: (text: string) => void;
  /** Only under `--verbose`. */
  readonly verbose: (text: string) => void;
}

/** A deletion that may need somebody's consent. */
export interface ConfirmationRequest {
  readonly reach: Reach;
  readonly yes: boolean;
  readonly confirm: string | undefined;
  /** What happens to the keys; `delete` unless given. */
  readonly deed?: Deed;
  /**
   * Says what would go, as lines; only called when somebody would be asked. `undefined` where nothing would go,
   * which needs no consent.
   */
  readonly preview: () => Promise<readonly string[] | undefined>;
}

/** Where another command line runs. */
export interface Place {
  readonly cwd: string;
  readonly env: Host['env'];
}

/** How a command line ended. */
export interface RunResult {
  readonly exitCode: ExitCode;
  /** Its report, where it got as far as having one. */
  readonly document?: (() => JsonDocument) | undefined;
}

/** A context of its own connection and its own signal; whoever asked for it closes it. */
export interface DetachedContext {
  readonly context: Context;
  readonly close: () => Promise<void>;
}

/** What a running command may use; nothing else reaches the outside. */
export interface Context {
  readonly host: Pick<
    Host,
    | 'clock'
    | 'random'
    | 'env'
    | 'cwd'
    | 'stdin'
    | 'platform'
    | 'nodePath'
    | 'nodeVersion'
    | 'isRoot'
    | 'stdout'
    | 'stderr'
    | 'raise'
    | 'onExit'
  >;
  readonly options: GlobalOptions;
  /** Aborted by a signal or the time limit: stop, and report what was done. */
  readonly signal: AbortSignal;
  /** The spec file, where one was found. */
  readonly spec: LoadedSpec | undefined;
  /** Why there is none, where the command goes on without a file that is wrong. */
  readonly specProblem: CachectlError | undefined;
  readonly layout: Layout;
  /** Opens the connection on first use; closed when the command ends. */
  readonly redis: () => Promise<RedisClient>;
  /** Opens a connection of its own to another address; whoever asks closes it. */
  readonly connectTo: (url: string, password?: string) => Promise<RedisClient>;
  /** stdout, for commands whose result is a stream; others return a report. */
  readonly out: TextStream;
  /** stdout for a list that may be long: a person gets it in a pager. `finish` ends it. */
  readonly listOut: () => Promise<PagedStream>;
  /** What a person at stdout sees. */
  readonly terminal: TerminalInfo;
  readonly messages: Messages;
  readonly progress: (task: Task) => Progress;
  readonly prompter: Prompter;
  /** Whether somebody is there to be asked. */
  readonly canAsk: boolean;
  /** @throws CachectlError (exit 7) where the consent is not given */
  readonly confirm: (request: ConfirmationRequest) => Promise<void>;
  /** The same with a connection of its own, for work that ends by another signal or must not wait for this one's. */
  readonly detach: (signal: AbortSignal) => DetachedContext;
  /** Runs another command line in the same process, as if typed. */
  readonly invoke: (argv: readonly string[], place?: Place) => Promise<RunResult>;
}
