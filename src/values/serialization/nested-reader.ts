import { ByteReader } from '../byte-reader.ts';
import { DecodeProblem, LimitReached, problemText, type DecodeBudget } from '../decode-budget.ts';
import type { PlainValue } from '../plain-value.ts';
import type { ReadResult } from './read-result.ts';

/**
 * A reader of a format in which values stand inside of values. Where something cannot be read, every
 * container around it ends there and keeps what it has.
 */
export abstract class NestedReader {
  protected readonly reader: ByteReader;
  protected readonly budget: DecodeBudget;
  readonly #warnings = new Set<string>();
  #problem: string | undefined;
  #limited = false;
  #level = 0;

  constructor(bytes: Uint8Array, budget: DecodeBudget, start = 0) {
    this.reader = new ByteReader(bytes, start);
    this.budget = budget;
  }

  /** One value. @throws DecodeProblem where it cannot even begin */
  protected abstract value(): PlainValue;

  /** The value at the reader's position. */
  read(): ReadResult {
    const value = this.#whole();
    return {
      value,
      end: this.reader.position,
      problem: this.#problem,
      limited: this.#limited,
      warnings: [...this.#warnings],
    };
  }

  #whole(): PlainValue {
    try {
      return this.value();
    } catch (error) {
      this.#fail(error);
      return { kind: 'unreadable', reason: this.#problem ?? '' };
    }
  }

  /** The first problem counts: it breaks off everything. */
  #fail(error: unknown): void {
    if (this.#problem !== undefined) return;
    this.#problem = problemText(error);
    this.#limited = error instanceof LimitReached;
  }

  protected warn(text: string): void {
    this.#warnings.add(text);
  }

  /** Whether reading broke off somewhere inside. */
  protected get broken(): boolean {
    return this.#problem !== undefined;
  }

  /** The parts of one container, up to the first that cannot be read. */
  protected each(count: number, part: (index: number) => void): void {
    this.#level++;
    try {
      this.budget.depth(this.#level);
      for (let index = 0; index < count && !this.broken; index++) part(index);
    } catch (error) {
      this.#fail(error);
    }
    this.#level--;
  }

  /** A length that is followed by at least one byte for each part. @throws DecodeProblem where it is not */
  protected plausible(count: number): number {
    if (count < 0 || count > this.reader.left) {
      throw new DecodeProblem(`ends too early, at byte ${this.reader.bytes.length}`);
    }
    return count;
  }
}
