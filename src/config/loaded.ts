import type { ConnectionSpec } from './connection.ts';
import { ConfigError, type Diagnostic } from './diagnose.ts';
import type { SourceNode } from './source-tree.ts';
import type { Spec } from './spec.ts';

/** A valid spec file. */
export interface LoadedSpec {
  readonly path: string;
  readonly spec: Spec;
  /** About the whole file but its connections: see {@link connectionWarnings}. */
  readonly warnings: readonly Diagnostic[];
  /** Every connection in the file, those that lack a variable included. */
  readonly connectionNames: readonly string[];
  /** By connection name: what matters only to whoever uses that connection. */
  readonly connectionNotes: ReadonlyMap<string, ConnectionNotes>;
  /** The file as written, for `config show`. */
  readonly root: SourceNode;
}

/** `errors` are `${NAME:?}` without a value, `warnings` `${NAME}` without one. */
export interface ConnectionNotes {
  readonly errors: readonly Diagnostic[];
  readonly warnings: readonly Diagnostic[];
}

/**
 * A connection of the file.
 * @throws ConfigError where a variable that it requires has no value
 */
export function requireConnection(loaded: LoadedSpec, name: string): ConnectionSpec {
  const errors = loaded.connectionNotes.get(name)?.errors ?? [];
  if (errors.length > 0) throw new ConfigError(errors);
  const connection = loaded.spec.connections[name];
  if (connection === undefined) throw new Error(`no connection ${name}: connectionNames has those there are`);
  return connection;
}

/** What is worth a warning when this connection is used: variables that are not set. */
export function connectionWarnings(loaded: LoadedSpec, name: string): readonly Diagnostic[] {
  return loaded.connectionNotes.get(name)?.warnings ?? [];
}
