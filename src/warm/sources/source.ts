/** Values by the name of their variable: what one target of an entry is filled in with. */
export type Variables = Readonly<Record<string, string>>;

/**
 * Where the variables of an entry come from. A source is opened once (an endpoint is asked once) and
 * can be walked more than once, each time with the same result, a value at a time.
 */
export interface VariableSource {
  readonly values: () => Iterable<Variables> | AsyncIterable<Variables>;
}

/** The source of an entry without `foreach`: one target with no variables of its own. */
export const SINGLE_SOURCE: VariableSource = { values: () => [{}] };
