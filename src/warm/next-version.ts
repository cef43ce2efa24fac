import { randomUUID } from 'node:crypto';
import type { Assertion } from '../assertions/assertion.ts';
import { evaluateAssertion } from '../assertions/verdict.ts';
import type { Context } from '../cli/context.ts';
import { CachectlError } from '../cli/errors.ts';
import { ExitCode } from '../cli/exit-code.ts';
import { escapeText } from '../keys/printable.ts';
import type { ScopeSpec } from '../config/spec.ts';
import {
  forgetVersion,
  moveVersion,
  readCounter,
  reserveVersion,
  type VersionChange,
} from '../namespaces/counter.ts';
import { namespacesOf, type EntryPlaces } from '../namespaces/entry-places.ts';
import { fillLock } from '../namespaces/fill-lock.ts';
import type { NamespaceForm } from '../namespaces/form.ts';
import { removeVersions } from '../namespaces/remove-versions.ts';
import type { RedisClient } from '../redis/types.ts';
import type { Failure } from './failure.ts';
import { takeLocks, type HeldLocks, type LockMode } from './lock.ts';
import type { Target } from './target.ts';

/**
 * `activated`: it serves. `condition`: too little of it could be filled. `broken-off`: the run did not come to
 * its end. `moved`: somebody else moved the counter, or removed the keys. `failed`: Redis did not say.
 */
export type ActivationOutcome = 'activated' | 'condition' | 'broken-off' | 'moved' | 'failed';

/** What became of the next version of one namespace. */
export interface NamespaceResult extends VersionChange {
  readonly namespace: string;
  readonly outcome: ActivationOutcome;
  /** Percent of its targets that are warm; `null` where there were none. */
  readonly success: number | null;
  /** Why it was not activated, in words. */
  readonly reason: string | undefined;
  /** Keys of the half-filled version that were removed; `undefined` where they could not be. */
  readonly removed: number | undefined;
}

/** What filling next versions takes. */
export interface NextVersionOptions {
  readonly scopes: readonly ScopeSpec[];
  readonly activateIf: Assertion;
  readonly lock: LockMode;
}

interface Fill extends VersionChange {
  readonly form: NamespaceForm;
  targets: number;
  warm: number;
  /** Sources and values that failed, so that nobody knows which targets are missing. */
  failedSources: number;
  isOver: boolean;
}

/** Half-filled versions are removed also after Ctrl-C, for this long at most. */
const CLEANUP_MS = 60_000;

/**
 * The next versions of the namespaces of a run: handed out, filled while the current ones serve, and activated
 * in one atomic step each, or removed.
 */
export class NextVersions {
  /** Where the run writes. */
  readonly places: EntryPlaces;
  readonly #fills: ReadonlyMap<string, Fill>;
  readonly #token: string;
  readonly #locks: HeldLocks;
  readonly #client: RedisClient;
  readonly #options: NextVersionOptions;
  #isRedisLost = false;

  private constructor(parts: {
    readonly fills: readonly Fill[];
    readonly token: string;
    readonly locks: HeldLocks;
    readonly client: RedisClient;
    readonly options: NextVersionOptions;
  }) {
    this.#fills = new Map(parts.fills.map((fill) => [fill.form.spec.name, fill]));
    this.places = new Map(parts.fills.map(({ form, to }) => [form.spec.name, form.place(to)]));
    this.#token = parts.token;
    this.#locks = parts.locks;
    this.#client = parts.client;
    this.#options = parts.options;
  }

  /**
   * Hands out the next versions, and removes what earlier runs that were cut off have left. One run at a time
   * fills a namespace.
   * @throws CachectlError where a counter cannot be moved, or another run is filling
   */
  static async begin(options: NextVersionOptions, context: Context): Promise<NextVersions> {
    const client = await context.redis();
    const token = randomUUID();
    const forms = namespacesOf(options.scopes, context);
    const locks = await lockNamespaces(forms, options.lock, token, client, context);
    try {
      const fills: Fill[] = [];
      for (const form of forms) {
        await removeLeftovers(form, options.lock, client, context);
        const change = await reserveVersion(client, form, token);
        fills.push({ form, ...change, targets: 0, warm: 0, failedSources: 0, isOver: false });
      }
      return new NextVersions({ fills, token, locks, client, options });
    } catch (error) {
      await locks.release();
      throw error;
    }
  }

  /** A target that is about to be filled. */
  planned(target: Target): void {
    const fill = this.#fillOf(target.entry.namespace);
    if (fill !== undefined) fill.targets++;
  }

  warm(target: Target): void {
    const fill = this.#fillOf(target.entry.namespace);
    if (fill !== undefined) fill.warm++;
  }

  /** Something that did not become a target. */
  failed(failure: Failure): void {
    const fill = this.#fillOf(failure.entry.namespace);
    if (fill !== undefined) fill.failedSources++;
  }

  /**
   * Activates what is good enough, and removes the rest.
   * @param isWhole whether the run came to its end; otherwise nothing is activated
   * @param isRedisLost whether removing anything would only take time
   */
  async finish(isWhole: boolean, isRedisLost: boolean): Promise<readonly NamespaceResult[]> {
    this.#isRedisLost = isRedisLost;
    const results: NamespaceResult[] = [];
    for (const fill of this.#fills.values()) results.push(await this.#finish(fill, isWhole));
    return results;
  }

  /** Removes what nobody activated, and gives the locks back. Never throws: what is left is known to be half-filled. */
  async close(): Promise<void> {
    for (const fill of this.#fills.values()) await this.#remove(fill);
    // Locks that cannot be given back run out.
    if (this.#isRedisLost) this.#locks.forget();
    else await this.#locks.release();
  }

  #fillOf(namespace: string | undefined): Fill | undefined {
    return namespace === undefined ? undefined : this.#fills.get(namespace);
  }

  async #finish(fill: Fill, isWhole: boolean): Promise<NamespaceResult> {
    const success = successOf(fill);
    const base = { namespace: fill.form.spec.name, from: fill.from, to: fill.to, success };
    if (!isWhole) {
      const reason = 'the run was broken off';
      return { ...base, outcome: 'broken-off', reason, removed: await this.#remove(fill) };
    }
    const refusal = this.#refusal(success);
    if (refusal !== undefined) {
      return { ...base, outcome: 'condition', reason: refusal, removed: await this.#remove(fill) };
    }
    let moved;
    try {
      moved = await moveVersion(this.#client, fill.form, fill, this.#token);
    } catch (error) {
      if (!(error instanceof CachectlError)) throw error;
      // Whether it was moved nobody knows: removing what may be serving would be the greater harm.
      fill.isOver = true;
      return { ...base, outcome: 'failed', reason: error.message, removed: undefined };
    }
    if (moved.kind === 'moved') {
      fill.isOver = true;
      return { ...base, outcome: 'activated', reason: undefined, removed: 0 };
    }
    if (moved.kind === 'elsewhere' && moved.version === fill.to) {
      // An application that raises the counter by itself has come to this very number: its readers are there.
      fill.isOver = true;
      await forgetVersion(this.#client, fill.form, fill.to, this.#token).catch(() => undefined);
      const reason = `somebody else moved it to version ${fill.to} meanwhile; what is there stays`;
      return { ...base, outcome: 'moved', reason, removed: undefined };
    }
    const reason =
      moved.kind === 'elsewhere'
        ? `somebody else moved it to version ${moved.version} meanwhile`
        : 'its keys were removed meanwhile';
    return { ...base, outcome: 'moved', reason, removed: await this.#remove(fill) };
  }

  #refusal(success: number | null): string | undefined {
    const { activateIf } = this.#options;
    const verdict = evaluateAssertion(activateIf, {
      read: () => ({ value: success, absent: 'no targets' }),
    });
    if (verdict.pass) return undefined;
    if (success === null) return 'there was nothing to fill it with';
    return `${escapeText(activateIf.text)} does not hold: success is ${formatSuccess(success)}`;
  }

  /** @returns the number of keys, or `undefined` where not all of them could be removed */
  async #remove(fill: Fill): Promise<number | undefined> {
    if (fill.isOver || this.#isRedisLost) return undefined;
    fill.isOver = true;
    try {
      const { form, to } = fill;
      const removed = await removeVersions(
        this.#client,
        form,
        new Set([to]),
        AbortSignal.timeout(CLEANUP_MS),
      );
      if (removed === undefined) return undefined;
      await forgetVersion(this.#client, form, to, this.#token);
      return removed;
    } catch (error) {
      if (!(error instanceof CachectlError)) throw error;
      return undefined;
    }
  }
}

/** Percent with two decimals, never rounded up to 100. */
export function formatSuccess(success: number): string {
  return `${Math.floor(success * 100) / 100}%`;
}

function successOf({ targets, warm, failedSources }: Fill): number | null {
  const all = targets + failedSources;
  return all === 0 ? null : (warm / all) * 100;
}

async function lockNamespaces(
  forms: readonly NamespaceForm[],
  mode: LockMode,
  token: string,
  client: RedisClient,
  context: Context,
): Promise<HeldLocks> {
  if (mode === 'off') {
    return { skipped: new Set(), release: () => Promise.resolve(), forget: () => undefined };
  }
  const locks = await takeLocks(
    forms.map(({ spec }) => fillLock(spec.name)),
    {
      client,
      layout: context.layout,
      token,
      mode,
      signal: context.signal,
      onWait: (name) =>
        context.messages.note(`another run is filling ${escapeText(name)}; waiting for it (--lock wait)`),
      onTrouble: (message) => context.messages.warn(message),
    },
  );
  const [skipped] = locks.skipped;
  if (skipped === undefined) return locks;
  await locks.release();
  throw new CachectlError(`another run is filling ${escapeText(skipped)}: left to it (--lock skip)`, {
    code: 'warm.locked',
    exitCode: ExitCode.partial,
    hint: '--lock wait waits for its end',
  });
}

async function removeLeftovers(
  form: NamespaceForm,
  lock: LockMode,
  client: RedisClient,
  context: Context,
): Promise<void> {
  const { open, version } = await readCounter(client, form);
  // Without the lock, somebody may be filling it right now.
  const left = lock === 'off' ? [] : [...open].filter(([candidate]) => candidate !== version);
  if (left.length === 0) return;
  const versions = new Set(left.map(([candidate]) => candidate));
  const removed = await removeVersions(client, form, versions, context.signal);
  if (removed === undefined) return;
  for (const [candidate, token] of left) await forgetVersion(client, form, candidate, token);
  context.messages.note(
    `${escapeText(form.spec.name)}: removed what a run that was cut off left under version ${[...versions].join(', ')}`,
  );
}
