/** What became of one rate. */
export interface RateTry {
  readonly perSecond: number;
  /** Runs at this rate, and those in which the condition held. */
  readonly runs: number;
  readonly held: number;
  /** Whether it held in most of them. */
  readonly holds: boolean;
}

/** Where to look. */
export interface RateSearch {
  readonly first: number;
  readonly most: number;
  /** The search ends once the rates that hold and that do not are this close: 0.05 is 5 %. */
  readonly precision: number;
  /** Runs that decide about one rate; more than half of them have to agree. */
  readonly repeat: number;
}

/** How a search ended. */
export interface RateFound {
  /** The highest rate that held; `undefined` where not even the lowest did. */
  readonly perSecond: number | undefined;
  /** The lowest rate above it that did not; `undefined` where all held that were tried. */
  readonly tooMuch: number | undefined;
  /** In the order in which they were made. */
  readonly tries: readonly RateTry[];
}

const LOWEST = 1;

/**
 * Finds the highest rate at which a condition still holds: doubled until it does not, then halved in between.
 * One run in which the machine was busy decides nothing, since most runs at a rate have to agree.
 * @param holds one run at a rate; `undefined` where it was broken off, which ends the search
 */
export async function findRate(
  search: RateSearch,
  holds: (perSecond: number) => Promise<boolean | undefined>,
): Promise<RateFound> {
  const tries: RateTry[] = [];
  let good: number | undefined;
  let bad: number | undefined;
  for (let rate: number | undefined = clamp(search.first, search); rate !== undefined;) {
    const tried = await tryRate(rate, search.repeat, holds);
    if (tried === undefined) break;
    tries.push(tried);
    if (tried.holds) good = rate;
    else bad = rate;
    rate = nextRate(good, bad, search);
  }
  return { perSecond: good, tooMuch: bad, tries };
}

async function tryRate(
  perSecond: number,
  repeat: number,
  holds: (perSecond: number) => Promise<boolean | undefined>,
): Promise<RateTry | undefined> {
  const needed = Math.floor(repeat / 2) + 1;
  let held = 0;
  for (let runs = 1; ; runs++) {
    const held1 = await holds(perSecond);
    if (held1 === undefined) return undefined;
    if (held1) held++;
    if (held >= needed || runs - held >= needed || runs >= repeat) {
      return { perSecond, runs, held, holds: held >= needed };
    }
  }
}

/** The next rate worth a try; `undefined` where the answer is near enough. */
function nextRate(good: number | undefined, bad: number | undefined, search: RateSearch): number | undefined {
  if (bad === undefined)
    return good === undefined || good >= search.most ? undefined : clamp(good * 2, search);
  if (good === undefined) return bad <= LOWEST ? undefined : clamp(bad / 2, search);
  if (bad / good <= 1 + search.precision || bad - good <= 1) return undefined;
  // In between by factors, as rates differ by factors.
  return Math.round(Math.sqrt(good * bad));
}

function clamp(rate: number, { most }: RateSearch): number {
  return Math.max(LOWEST, Math.min(most, Math.round(rate)));
}
