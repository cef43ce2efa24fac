import { setMaxListeners } from 'node:events';
import type { EndSignal, Host } from '../host.ts';
import { ExitCode } from './exit-code.ts';
import { CachectlError } from './errors.ts';

const EXIT_CODES = {
  SIGINT: ExitCode.interrupted,
  SIGTERM: ExitCode.terminated,
  SIGHUP: ExitCode.hungUp,
} as const;

/** Why a command was told to stop: the reason of its AbortSignal. */
export class Interrupted extends CachectlError {
  override readonly name = 'Interrupted';

  constructor(signal: EndSignal) {
    super(`interrupted by ${signal}`, {
      code: 'interrupted',
      exitCode: EXIT_CODES[signal],
    });
  }
}

/** The whole command's time limit ran out. */
export class TimeLimitReached extends CachectlError {
  override readonly name = 'TimeLimitReached';

  constructor(limit: string) {
    super(`the command's time limit of ${limit} ran out`, {
      code: 'timeout',
      exitCode: ExitCode.unreachable,
      hint: 'give it more with --timeout, or find out what is slow with --verbose',
    });
  }
}

/** What stops a command early: a signal, or its time limit. */
export interface StopControl {
  readonly signal: AbortSignal;
  /** The reason, once it was told to stop. */
  readonly reason: () => CachectlError | undefined;
  readonly dispose: () => void;
}

/** First signal: stop cleanly and report. Second one: end at once. */
export function watchForStop(
  host: Host,
  limit: { readonly ms: number; readonly text: string } | undefined,
): StopControl {
  const controller = new AbortController();
  // Every request under way listens; Node would take more than ten for a leak.
  setMaxListeners(0, controller.signal);
  const stopListening = host.onSignal((name) => {
    const interrupted = new Interrupted(name);
    if (!(controller.signal.reason instanceof Interrupted)) controller.abort(interrupted);
    // A terminal that goes away says so twice, itself and through its shell, with nobody there to be in a hurry.
    else if (name !== 'SIGHUP') host.exitNow(interrupted.exitCode);
  });
  const timer =
    limit === undefined
      ? undefined
      : setTimeout(() => controller.abort(new TimeLimitReached(limit.text)), limit.ms);
  return {
    signal: controller.signal,
    reason: () => (controller.signal.reason instanceof CachectlError ? controller.signal.reason : undefined),
    dispose: () => {
      stopListening();
      clearTimeout(timer);
    },
  };
}
