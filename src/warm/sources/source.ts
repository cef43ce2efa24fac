import type { Readable } from 'node:stream';
import type { Layout } from '../../keys/layout.ts';
import type { OriginResponse } from '../../origin/types.ts';
import type { RedisClient } from '../../redis/types.ts';

/** Values by the name of their variable: what one target of an entry is filled in with. */
export type Variables = Readonly<Record<string, string>>;

/** What one record of a source gives. */
export interface SourceRow {
  readonly variables: Variables;
  /** Where the record stands for logged requests. */
  readonly traffic?: Traffic;
}

/** The logged requests that a record stands for. */
export interface Traffic {
  /** The logs they were counted in; the same object for every record of one source. */
  readonly total: TrafficTotal;
  /** Position of the record in its source, from 0. */
  readonly index: number;
  readonly requests: number;
}

/** What access logs hold altogether. */
export interface TrafficTotal {
  /** Of the kind that can be warmed: GET, status below 400. */
  readonly requests: number;
}

/**
 * Where the variables of an entry come from. A source can be walked more than once, one walk at a time,
 * each with the same result, a record at a time; walking throws CachectlError `source.*` where it fails.
 */
export interface VariableSource {
  readonly rows: () => Iterable<SourceRow> | AsyncIterable<SourceRow>;
}

/** The source of an entry without `foreach`: one target with no variables of its own. */
export const SINGLE_SOURCE: VariableSource = { rows: () => [{ variables: {} }] };

/** Asks the origin for a path, retries included. */
export type AskOrigin = (path: string) => Promise<OriginResponse>;

/** What sources reach the outside with. */
export interface SourceTools {
  readonly ask: AskOrigin;
  /** The origin's, absolute. */
  readonly baseUrl: string;
  /** Opens the connection on first use. */
  readonly redis: () => Promise<RedisClient>;
  readonly layout: Layout;
  /** Absolute; paths in the spec file are relative to it. */
  readonly folder: string;
  readonly stdin: Readable;
  readonly warn: (message: string) => void;
  /** Told of bytes as they are read, for whoever shows how far it is. */
  readonly onBytes?: (bytes: number) => void;
  readonly signal: AbortSignal;
}
