import type { LayoutSpec } from '../../config/layout.ts';
import { explainLogical, type KeyExplanation, type LogicalExplanation } from '../explanation.ts';
import type { Layout } from '../layout.ts';
import { escapeGlob } from '../pattern.ts';

/** One place of a layout: the bytes in front, and what they mean. */
export interface Place {
  readonly prefix: Buffer;
  readonly version?: number;
}

/**
 * A layout whose physical keys are a prefix and the logical key, for one prefix or several. A key that
 * several prefixes fit belongs to the longest.
 * @param explain what a logical key says; `undefined` leaves it to the rules that all layouts share
 */
export function prefixedLayout(
  spec: LayoutSpec,
  places: readonly [Place, ...Place[]],
  explain: (logical: Buffer) => LogicalExplanation | undefined = () => undefined,
): Layout {
  const [first] = places;
  const longestFirst = places.toSorted((a, b) => b.prefix.length - a.prefix.length);
  const escaped = places.map(({ prefix }) => escapeGlob(prefix));
  const find = (physical: Buffer): Place | undefined =>
    longestFirst.find(({ prefix }) => physical.subarray(0, prefix.length).equals(prefix));
  const toPhysical = (logical: Buffer): Buffer =>
    first.prefix.length === 0 ? logical : Buffer.concat([first.prefix, logical]);
  const toPhysicalPatterns = (pattern: Buffer): readonly Buffer[] =>
    escaped.map((prefix) => Buffer.concat([prefix, pattern]));
  return {
    type: spec.type,
    spec,
    prefix: first.prefix,
    toPhysical,
    toPhysicalKeys: (logical) => places.map(({ prefix }) => Buffer.concat([prefix, logical])),
    toLogical: (physical) => {
      const place = find(physical);
      return place && physical.subarray(place.prefix.length);
    },
    toPhysicalPattern: (pattern) => Buffer.concat([escaped[0] ?? Buffer.alloc(0), pattern]),
    toPhysicalPatterns,
    explain: (physical): KeyExplanation | undefined => {
      const place = find(physical);
      if (place === undefined) return undefined;
      const logical = physical.subarray(place.prefix.length);
      return {
        layout: spec.type,
        prefix: place.prefix,
        logical,
        ...(place.version !== undefined && { version: place.version }),
        ...(explain(logical) ?? explainLogical(logical)),
      };
    },
  };
}

/** One place whose prefix is this text. */
export function onePlace(prefix: string): readonly [Place] {
  return [{ prefix: Buffer.from(prefix, 'utf8') }];
}

/** Every place of several prefixes, each once. */
export function placesOf(places: readonly Place[]): readonly [Place, ...Place[]] {
  const unique = [...new Map(places.map((place) => [place.prefix.toString('latin1'), place])).values()];
  const [first = { prefix: Buffer.alloc(0) }, ...rest] = unique;
  return [first, ...rest];
}
