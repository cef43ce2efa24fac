import { Chalk, type ColorSupportLevel } from 'chalk';

/** The few styles that cachectl uses. Each returns the text unchanged where colour is off. */
export interface Style {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly warn: (text: string) => string;
  readonly accent: (text: string) => string;
}

/**
 * Whether a stream gets colours. `--no-color` and `NO_COLOR` switch them off, `FORCE_COLOR` on
 * (`FORCE_COLOR=0` off), `TERM=dumb` off; otherwise a terminal gets them. Source: no-color.org,
 * force-color.org.
 */
export function wantsColor(
  isTerminal: boolean,
  env: Readonly<Record<string, string | undefined>>,
  flag: boolean,
): boolean {
  if (!flag) return false;
  const force = env['FORCE_COLOR'];
  if (force !== undefined && force !== '') return force !== '0' && force !== 'false';
  if (env['NO_COLOR'] !== undefined && env['NO_COLOR'] !== '') return false;
  return isTerminal && env['TERM'] !== 'dumb';
}

/** The styles, or ones that leave text as it is. */
export function createStyle(color: boolean): Style {
  const level: ColorSupportLevel = color ? 1 : 0;
  const chalk = new Chalk({ level });
  return {
    bold: (text) => chalk.bold(text),
    dim: (text) => chalk.dim(text),
    good: (text) => chalk.green(text),
    bad: (text) => chalk.red(text),
    warn: (text) => chalk.yellow(text),
    accent: (text) => chalk.cyan(text),
  };
}
