import { COMMANDS } from './registry.ts';

/** Every word that `cachectl help` knows first: commands, groups of them, and topics. */
export function helpTopics(): readonly string[] {
  return [...new Set(COMMANDS.map(({ path }) => path[0])), 'exit-codes'];
}
