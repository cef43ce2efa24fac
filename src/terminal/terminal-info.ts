import type { Host } from '../host.ts';
import type { TextStream } from './streams.ts';
import { createStyle, wantsColor, type Style } from './style.ts';

/** What a view has to know about where it will be read. */
export interface TerminalInfo {
  /** A person's terminal: borders and colour; otherwise one record a line and neither. */
  readonly interactive: boolean;
  /** Columns. */
  readonly width: number;
  /** Whether line drawing and symbols beyond ASCII can be shown. */
  readonly unicode: boolean;
  readonly style: Style;
}

/** Whether the locale can show more than ASCII: POSIX takes the first of LC_ALL, LC_CTYPE, LANG. */
export function supportsUnicode(
  env: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform,
): boolean {
  if (platform === 'win32') return env['WT_SESSION'] !== undefined || env['TERM_PROGRAM'] === 'vscode';
  const locale = [env['LC_ALL'], env['LC_CTYPE'], env['LANG']].find(
    (value) => value !== undefined && value !== '',
  );
  return locale !== undefined && /utf-?8/i.test(locale);
}

/** What stdout is, for views. */
export function terminalInfo(
  out: TextStream,
  host: Pick<Host, 'env' | 'platform'>,
  color: boolean,
): TerminalInfo {
  return {
    interactive: out.isTerminal,
    width: out.width(),
    unicode: supportsUnicode(host.env, host.platform),
    style: createStyle(wantsColor(out.isTerminal, host.env, color)),
  };
}
