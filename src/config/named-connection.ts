import type { ConnectionSpec } from './connection.ts';
import { ConfigError, type Diagnostic } from './diagnose.ts';
import { didYouMean } from './did-you-mean.ts';
import type { LoadedSpec } from './load.ts';
import { nodeAt } from './source-tree.ts';

/**
 * The connection of a name.
 * @throws ConfigError where the file has none of that name, or a variable it requires has no value
 */
export function requireConnection(loaded: LoadedSpec, name: string): ConnectionSpec {
  const errors = loaded.connectionNotes.get(name)?.errors ?? [];
  if (errors.length > 0) throw new ConfigError(errors);
  const connection = loaded.spec.connections[name];
  if (connection) return connection;
  const known = loaded.connectionNames;
  const suggestion =
    didYouMean(name, known) ??
    (known.length === 0 ? 'the file has no connections' : `known: ${known.join(', ')}`);
  const line = nodeAt(loaded.root, ['connections'])?.line ?? 1;
  throw new ConfigError([
    { path: loaded.path, line, column: 1, message: `no connection \`${name}\``, suggestion, sourceLine: '' },
  ]);
}

/** What is worth a warning when this connection is used: variables that are not set. */
export function connectionWarnings(loaded: LoadedSpec, name: string): readonly Diagnostic[] {
  return loaded.connectionNotes.get(name)?.warnings ?? [];
}
