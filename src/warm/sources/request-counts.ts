import type { QueryRule } from '../../config/foreach.ts';
import { pathOfTarget, unescapeRequest } from './log-request.ts';
import type { PathCounts } from './path-counts.ts';
import { QueryBytes } from './query-bytes.ts';
import { applyQueryRule } from './query-rule.ts';

const QUESTION = 0x3f;
/** FNV-1a over 32 bits: whoever looks at each byte anyway has the hash for a multiplication more. */
export const FNV_OFFSET = 0x811c9dc5;
export const FNV_PRIME = 0x01000193;

/** Counts the requests of a log by their paths, as a rule for their queries leaves those. */
export class RequestCounts {
  requests = 0;
  /** What a `?` in a path means: part of it, its end, or that the rule says what is left of what follows. */
  readonly query: 'part' | 'end' | 'ruled';
  readonly #counts: PathCounts;
  readonly #rule: QueryRule;
  readonly #queryBytes: QueryBytes | undefined;

  constructor(counts: PathCounts, rule: QueryRule) {
    this.#counts = counts;
    this.#rule = rule;
    this.query = rule === 'keep' ? 'part' : rule === 'drop' ? 'end' : 'ruled';
    this.#queryBytes = rule === 'keep' || rule === 'drop' ? undefined : new QueryBytes(rule);
  }

  /** A path that is as it should be. @param hash of exactly these bytes */
  add(bytes: Uint8Array, start: number, end: number, hash: number): void {
    this.requests++;
    this.#counts.add(bytes, start, end, hash);
  }

  /** A path with its query, as it was sent. */
  addPath(bytes: Buffer, start: number, end: number): void {
    let hash = FNV_OFFSET;
    let position = start;
    for (; position < end; position++) {
      const byte = bytes[position] ?? 0;
      if (byte === QUESTION && this.query === 'end') break;
      if (byte === QUESTION && this.query === 'ruled') {
        this.addRuled(bytes, start, position, end, hash);
        return;
      }
      hash = Math.imul(hash ^ byte, FNV_PRIME);
    }
    this.add(bytes, start, position, hash);
  }

  /**
   * A path with a query that the rule may change.
   * @param mark where its `?` is
   * @param hash of what comes before that
   */
  addRuled(bytes: Buffer, start: number, mark: number, end: number, hash: number): void {
    const ruled = this.#queryBytes;
    const length = ruled?.apply(bytes, start, mark, end) ?? 'slow';
    if (ruled === undefined || length === 'slow') this.addTarget(bytes.toString('latin1', start, end));
    else if (length === 'same') this.add(bytes, start, end, hashOn(hash, bytes, mark, end));
    else {
      this.add(ruled.result, 0, length, hashOn(hash, ruled.result, mark - start, length));
    }
  }

  /** @param request `GET /path HTTP/1.1` as servers escape it, its bytes as Latin-1 */
  addRequestLine(request: string): void {
    const [method, target = ''] = unescapeRequest(request).split(' ');
    if (method === 'GET') this.addTarget(target);
  }

  /** @param target a path, an absolute URL or `*`; its bytes as Latin-1, so that they come out as they went in */
  addTarget(target: string): void {
    const path = pathOfTarget(target);
    if (path === undefined) return;
    const bytes = Buffer.from(applyQueryRule(path, this.#rule), 'latin1');
    this.add(bytes, 0, bytes.length, hashOn(FNV_OFFSET, bytes, 0, bytes.length));
  }
}

/** Goes on with a hash over further bytes. */
function hashOn(hash: number, bytes: Buffer, start: number, end: number): number {
  let sum = hash;
  for (let i = start; i < end; i++) sum = Math.imul(sum ^ (bytes[i] ?? 0), FNV_PRIME);
  return sum;
}
