import type { Diagnostic } from '../config/diagnose.ts';
import type { Host } from '../host.ts';
import type { TextStream } from '../terminal/streams.ts';
import { wrapProse } from '../terminal/wrap.ts';
import { createStyle, wantsColor, type Style } from '../terminal/style.ts';
import type { Messages } from './context.ts';
import type { GlobalOptions } from './global-options.ts';

/** How errors and warnings look on this stderr. */
export function errorStyle(err: TextStream, host: Host, globals: GlobalOptions): Style {
  return createStyle(wantsColor(err.isTerminal, host.env, globals.color));
}

/** What is said beside the result, as `--quiet` and `--verbose` want it. */
export function createMessages(err: TextStream, host: Host, globals: GlobalOptions): Messages {
  const style = errorStyle(err, host, globals);
  const line = (text: string): void =>
    void err.write(`${err.isTerminal ? wrapProse(text, err.width()) : text}\n`);
  return {
    note: (text) => (globals.quiet ? undefined : line(text)),
    warn: (text) => line(`${style.warn('warning:')} ${text}`),
    verbose: (text) => (globals.verbose ? line(style.dim(text)) : undefined),
  };
}

/** What the spec file is warned about, with its place. */
export function warnAbout(warnings: readonly Diagnostic[], messages: Messages): void {
  for (const { path, line, column, message } of warnings) {
    messages.warn(`${path}:${line}:${column}: ${message}`);
  }
}
