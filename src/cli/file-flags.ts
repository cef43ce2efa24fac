import { commandName, type CommandSpec } from './command.ts';
import { UsageError } from './errors.ts';
import { flagsOf, GLOBAL_FLAGS } from './global-options.ts';
import type { Input } from './input.ts';

/**
 * Refuses files without a name: what a script has in a variable that nobody has set.
 * @throws UsageError
 */
export function refuseNamelessFiles(spec: CommandSpec, input: Input): void {
  for (const { name, value } of [...GLOBAL_FLAGS, ...flagsOf(spec)]) {
    if (!/^FILE\b/.test(value ?? '') || !input.texts(name).includes('')) continue;
    throw new UsageError(`--${name} is empty: it names a file`);
  }
  const nameless = spec.args?.find(({ isFile }, index) => isFile === true && input.args[index] === '');
  if (nameless !== undefined) {
    throw new UsageError(`${commandName(spec)}: ${nameless.name} is empty: it names a file`);
  }
}
