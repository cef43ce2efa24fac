import { flagsOf, GLOBAL_FLAGS } from './global-options.ts';
import type { CommandSpec, FlagSpec } from './command.ts';
import { UsageError } from './errors.ts';
import type { Input } from './input.ts';

/**
 * `-` is a standard stream, as everywhere, and never a file of that name: where a flag knows no stream, it is
 * refused, and so is a name that a script's empty variable has left. Stdin can be read once.
 * @throws UsageError
 */
export function checkFileValues(spec: CommandSpec, input: Input): void {
  const fromStdin: string[] = [];
  for (const flag of [...GLOBAL_FLAGS, ...flagsOf(spec)]) {
    if (!isFile(flag.value) || !input.has(flag.name)) continue;
    const value = input.text(flag.name);
    checkValue(`--${flag.name}`, value, flag.dash);
    if (value === '-' && flag.dash === 'stdin') fromStdin.push(`--${flag.name} -`);
  }
  for (const [index, { name, isFile: takesFile }] of (spec.args ?? []).entries())
    if (takesFile === true) checkValue(name, input.args[index], undefined);
  if (fromStdin.length > 1)
    throw new UsageError(`${fromStdin.join(' and ')} contradict each other: stdin can be read once`);
}

function isFile(value: string | undefined): boolean {
  return value === 'FILE' || value === 'FILE.html';
}

function checkValue(what: string, value: string | undefined, dash: FlagSpec['dash']): void {
  if (value === '') {
    const stream = dash === undefined ? '' : `, or - for ${dash}`;
    throw new UsageError(`${what} is empty: it names a file${stream}`);
  }
  if (value === '-' && dash === undefined)
    throw new UsageError(`${what} takes the path of a file, and neither stdin nor stdout`, {
      hint: 'a file that is called - is ./-',
    });
}
