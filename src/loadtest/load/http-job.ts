import { UsageError } from '../../cli/errors.ts';
import { escapeText } from '../../keys/printable.ts';
import { redactUrl } from '../../config/redact.ts';
import { plainPlace, plainRequest, type PlainPlace } from '../../origin/http1/plain-request.ts';
import type { HttpJob, HttpRequest } from '../engine/http-job.ts';
import type { Popularity } from '../engine/popularity.ts';
import { urlOf } from '../targets/endpoint.ts';
import type { LoadTarget } from '../targets/load-target.ts';

/** So many lines of a report are of one target each; what is asked for less often is one line together. */
const MOST_ENDPOINTS = 100;

/** A load ready for the wire, and the lines that it is reported in. */
export interface PreparedLoad {
  readonly job: HttpJob;
  /** The target of each line; targets beyond them share the line behind. */
  readonly lines: readonly LoadTarget[];
  /** How many targets share the last line. */
  readonly others: number;
}

/**
 * Writes out every request once: sending it then takes no more than writing its bytes.
 * @param most lines of the report that are of one target each
 * @throws UsageError where one cannot be sent
 */
export function prepareLoad(
  targets: readonly LoadTarget[],
  countHeader: string | undefined,
  connectTimeoutMs: number | undefined,
  most = MOST_ENDPOINTS,
): PreparedLoad {
  const places: PlainPlace[] = [];
  const known = new Map<string, number>();
  const placeOf = (url: URL): number => {
    const index = known.get(url.origin);
    if (index !== undefined) return index;
    const place = plainPlace(url.origin);
    if (place === undefined) throw cannotSend(url.href);
    known.set(url.origin, places.length);
    return places.push(place) - 1;
  };
  const lineOf = lineNumbers(targets, most);
  const requests = targets.map((target, index): HttpRequest => {
    const url = new URL(urlOf(target.endpoint));
    const place = placeOf(url);
    const text = plainRequest(url.pathname + url.search, places[place]?.host ?? '', target.headers);
    if (text === undefined) throw cannotSend(url.href);
    return { place, text, timeoutMs: target.timeoutMs, endpoint: lineOf[index] ?? 0 };
  });
  const lines = targets.filter((_, index) => (lineOf[index] ?? 0) < most);
  const others = targets.length - lines.length;
  return {
    job: {
      places,
      requests,
      endpoints: lines.length + (others > 0 ? 1 : 0),
      countHeader: countHeader?.toLowerCase(),
      connectTimeoutMs,
    },
    lines,
    others,
  };
}

/** The heaviest targets get lines of their own, in the order in which they stand. */
function lineNumbers(targets: readonly LoadTarget[], most: number): readonly number[] {
  if (targets.length <= most) return Array.from(targets.keys());
  const ranked = Array.from(targets.keys()).sort(
    (a, b) => (targets[b]?.weight ?? 1) - (targets[a]?.weight ?? 1) || a - b,
  );
  const shown = new Set(ranked.slice(0, most));
  let next = 0;
  return targets.map((_, index) => (shown.has(index) ? next++ : most));
}

/** Which target comes next: as the command line says, as weights say, or in turns. */
export function popularityOf(targets: readonly LoadTarget[], chosen: Popularity | undefined): Popularity {
  if (chosen !== undefined) return chosen;
  if (targets.every(({ weight }) => weight === undefined)) return { kind: 'turns' };
  const weights = targets.map(({ weight }) => weight ?? 1);
  if (weights.every((weight) => weight === 0))
    throw new UsageError('all weights are 0: nothing would be sent');
  return { kind: 'weights', weights };
}

function cannotSend(url: string): UsageError {
  return new UsageError(`a load test cannot send a request to ${escapeText(redactUrl(url))}`, {
    hint: 'look at its headers: connection, content-length and transfer-encoding are not for you to set',
  });
}
