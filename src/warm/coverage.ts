import type { ReportViews } from '../cli/command.ts';
import type { EntrySpec } from '../config/spec.ts';
import { countOf } from '../units/number.ts';
import type { TrafficTotal } from './sources/source.ts';
import type { Target } from './target.ts';

/** Which share of the logged traffic the targets of one entry stand for. */
export interface CoverageResult {
  readonly entry: EntrySpec;
  readonly targets: number;
  /** Logged requests of those targets; a path counts once, however many targets the matrix makes of it. */
  readonly covered: number;
  /** All logged requests: GET, status below 400. */
  readonly requests: number;
}

interface Counted {
  readonly entry: EntrySpec;
  targets: number;
  covered: number;
  /** One bit for each record of the log. */
  seen: Uint8Array;
}

/** Adds up the logged requests that targets stand for. */
export class Coverage {
  readonly #counted = new Map<TrafficTotal, Counted>();

  /** A target was warmed; one that stands for no logged requests does not matter. */
  add({ entry, traffic }: Pick<Target, 'entry' | 'traffic'>): void {
    if (traffic === undefined) return;
    const { total, index, requests } = traffic;
    let counted = this.#counted.get(total);
    if (counted === undefined) {
      counted = { entry, targets: 0, covered: 0, seen: new Uint8Array(1_024) };
      this.#counted.set(total, counted);
    }
    counted.targets++;
    const byte = index >> 3;
    if (byte >= counted.seen.length) {
      const larger = new Uint8Array(Math.max(counted.seen.length * 2, byte + 1));
      larger.set(counted.seen);
      counted.seen = larger;
    }
    const bit = 1 << (index & 7);
    const bits = counted.seen[byte] ?? 0;
    if ((bits & bit) !== 0) return;
    counted.seen[byte] = bits | bit;
    counted.covered += requests;
  }

  /** For each access log, in the order in which they came. */
  results(): readonly CoverageResult[] {
    return Array.from(this.#counted, ([{ requests }, { entry, targets, covered }]) => ({
      entry,
      targets,
      covered,
      requests,
    }));
  }
}

/** A report with the coverage added: a line for people, `coverage` in JSON. Unchanged where there is none. */
export function withCoverage(views: ReportViews, results: readonly CoverageResult[]): ReportViews {
  if (results.length === 0) return views;
  return {
    ...views,
    table: (terminal) => `${views.table(terminal)}\n${results.map(coverageLine).join('\n')}`,
    json: () => ({
      ...views.json(),
      coverage: results.map(({ entry, targets, covered, requests }) => ({
        pointer: entry.at.pointer,
        line: entry.at.line,
        targets,
        covered_requests: covered,
        logged_requests: requests,
        share: requests === 0 ? 0 : covered / requests,
      })),
    }),
  };
}

function coverageLine({ targets, covered, requests }: CoverageResult): string {
  const share = requests === 0 ? 0 : (covered / requests) * 100;
  return `${countOf(targets, 'target')} cover${targets === 1 ? 's' : ''} ${share.toFixed(1)} % of ${countOf(requests, 'logged request')}`;
}
