import { ByteArena } from './byte-arena.ts';
import { PathSpill } from './path-spill.ts';
import type { RecordFile } from './record-file.ts';

/** How much is counted exactly. */
export interface CountLimits {
  /** Different paths; at most 2^20, since ranking packs positions into 20 bits. */
  readonly paths: number;
  /** Of all paths together. */
  readonly bytes: number;
}

/** What is kept in memory, some 25 MB when full: the paths, and 30 bytes of tables for each. The rest is put aside. */
export const MEMORY_LIMITS: CountLimits = { paths: 262_144, bytes: 16 * 1024 * 1024 };

/** The most where nothing can be put aside, some 130 MB when full. */
const COUNT_LIMITS: CountLimits = { paths: 1_048_576, bytes: 96 * 1024 * 1024 };

const FIRST_CAPACITY = 16_384;
const LONGEST_PATH_BYTES = 0xffff;

/**
 * Counts byte strings in a table of their own: no string and no object for a request. Where the table is full,
 * all of it is put aside, into a temporary file, and it begins anew. Where that cannot be, there are higher limits,
 * and beyond those the less frequent half is dropped (as in Manku and Motwani's lossy counting): from then on a
 * count may be too low by `uncertainty` at most, and a path that was asked for more often than that is always there.
 */
export class PathCounts {
  /** Different paths. */
  size = 0;
  /** By how much a count may be too low. */
  uncertainty = 0;
  #limits: CountLimits;
  /** Until it is known that nothing can be put aside, or nothing has to be any more. */
  #spill: PathSpill | undefined;
  #ranked: PathSpill | undefined;
  /** Different paths that were put in, those that were put aside included: by that they are told which came first. */
  #inserted = 0;
  readonly #paths = new ByteArena();
  #hashes = new Uint32Array(FIRST_CAPACITY);
  #starts = new Uint32Array(FIRST_CAPACITY);
  #lengths = new Uint16Array(FIRST_CAPACITY);
  #counts = new Uint32Array(FIRST_CAPACITY);
  #firsts = new Uint32Array(FIRST_CAPACITY);
  /** Positions in the arrays above, plus one; open addressing with linear probing, at most half full. */
  #slots = new Uint32Array(FIRST_CAPACITY * 2);

  constructor(limits: CountLimits = MEMORY_LIMITS, spill: PathSpill | 'none' = new PathSpill()) {
    this.#limits = limits;
    this.#spill = spill === 'none' ? undefined : spill;
  }

  /**
   * Counts one request, or several.
   * @param hash of exactly these bytes, any function, 32 bits
   * @param first where the path stands among those with as many requests
   */
  add(
    bytes: Uint8Array,
    start: number,
    end: number,
    hash: number,
    requests = 1,
    first = this.#inserted,
  ): void {
    const length = end - start;
    const mask = this.#slots.length - 1;
    const mixed = mix(hash);
    let slot = mixed & mask;
    for (let entry = this.#slots[slot] ?? 0; entry !== 0; entry = this.#slots[slot] ?? 0) {
      const index = entry - 1;
      if (
        this.#hashes[index] === mixed &&
        this.#lengths[index] === length &&
        this.#paths.isSame(this.#starts[index] ?? 0, length, bytes, start)
      ) {
        this.#counts[index] = Math.min((this.#counts[index] ?? 0) + requests, MOST_REQUESTS);
        return;
      }
      slot = (slot + 1) & mask;
    }
    if (length > LONGEST_PATH_BYTES) return;
    const index = this.#insert(bytes, start, length, mixed);
    this.#counts[index] = requests;
    this.#firsts[index] = first;
  }

  /**
   * Ends the counting. @param top paths that anybody will ask for
   * @throws CachectlError `source.temporary` where what was put aside cannot be added up for want of room
   */
  finish(top: number): void {
    const spill = this.#spill;
    this.#spill = undefined;
    if (spill?.isUsed !== true) return;
    spill.take(this);
    this.clear();
    this.#limits = COUNT_LIMITS;
    spill.rank(this, top);
    this.#ranked = spill;
  }

  /** The paths with their counts, the most frequent first, in order of appearance where counts are equal. */
  *ranked(top: number): Generator<{ readonly path: string; readonly requests: number }, void, void> {
    if (this.#ranked !== undefined) {
      yield* this.#ranked.read(top);
      return;
    }
    const order = this.order();
    for (let position = 0; position < Math.min(top, order.length); position++) {
      const index = order[position] ?? 0;
      const path = this.#paths.text(this.#starts[index] ?? 0, this.#lengths[index] ?? 0);
      yield { path, requests: this.#counts[index] ?? 0 };
    }
  }

  #order: Uint32Array | undefined;

  /** Positions of the paths, in their order. */
  order(): Uint32Array {
    return (this.#order ??= this.#rank());
  }

  /** Of each path, by position: its bits are as good as random. */
  get hashes(): Uint32Array {
    return this.#hashes.subarray(0, this.size);
  }

  /** Writes paths, by their positions. */
  write(file: RecordFile, positions: Uint32Array): void {
    for (const index of positions) {
      const length = this.#lengths[index] ?? 0;
      const [requests = 0, first = 0] = [this.#counts[index], this.#firsts[index]];
      const at = file.begin(this.#hashes[index] ?? 0, requests, first, length);
      this.#paths.copy(this.#starts[index] ?? 0, length, file.buffer, at);
    }
  }

  /** Forgets all paths. */
  clear(): void {
    this.size = 0;
    this.#order = undefined;
    this.#slots.fill(0);
    this.#paths.rewind();
  }

  /** Count and position in one number, so that the sort needs no callback: a tenth of the time. */
  #rank(): Uint32Array {
    const order = new Float64Array(this.size);
    for (let index = 0; index < this.size; index++) {
      order[index] = (0xffff_ffff - (this.#counts[index] ?? 0)) * POSITIONS + index;
    }
    order.sort();
    const positions = new Uint32Array(this.size);
    for (let rank = 0; rank < this.size; rank++) positions[rank] = (order[rank] ?? 0) % POSITIONS;
    return positions;
  }

  #insert(bytes: Uint8Array, start: number, length: number, hash: number): number {
    this.#order = undefined;
    if (this.#isFull(length)) this.#makeRoom();
    // Where it could not be put aside, there is more room now.
    if (this.#isFull(length)) this.#prune();
    if (this.size === this.#hashes.length) this.#grow();
    const index = this.size++;
    this.#hashes[index] = hash;
    this.#starts[index] = this.#paths.put(bytes, start, length);
    this.#lengths[index] = length;
    this.#inserted++;
    this.#place(index);
    return index;
  }

  #isFull(length: number): boolean {
    return this.size === this.#limits.paths || this.#paths.used + length > this.#limits.bytes;
  }

  #makeRoom(): void {
    if (this.#spill === undefined) return;
    if (this.#spill.take(this)) this.clear();
    else {
      this.#spill = undefined;
      this.#limits = COUNT_LIMITS;
    }
  }

  #place(index: number): void {
    const mask = this.#slots.length - 1;
    let slot = (this.#hashes[index] ?? 0) & mask;
    while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
    this.#slots[slot] = index + 1;
  }

  #grow(): void {
    const capacity = this.#hashes.length * 2;
    this.#hashes = enlarged(this.#hashes, new Uint32Array(capacity));
    this.#starts = enlarged(this.#starts, new Uint32Array(capacity));
    this.#lengths = enlarged(this.#lengths, new Uint16Array(capacity));
    this.#counts = enlarged(this.#counts, new Uint32Array(capacity));
    this.#firsts = enlarged(this.#firsts, new Uint32Array(capacity));
    this.#slots = new Uint32Array(capacity * 2);
    for (let index = 0; index < this.size; index++) this.#place(index);
  }

  /** Drops every path with no more requests than the median. */
  #prune(): void {
    const sorted = this.#counts.slice(0, this.size).sort();
    const most = sorted[this.size >> 1] ?? 0;
    this.uncertainty += most;
    let kept = 0;
    this.#paths.rewind();
    for (let index = 0; index < this.size; index++) {
      const count = this.#counts[index] ?? 0;
      if (count <= most) continue;
      const length = this.#lengths[index] ?? 0;
      this.#hashes[kept] = this.#hashes[index] ?? 0;
      this.#starts[kept] = this.#paths.move(this.#starts[index] ?? 0, length);
      this.#lengths[kept] = length;
      this.#counts[kept] = count;
      this.#firsts[kept] = this.#firsts[index] ?? 0;
      kept++;
    }
    this.size = kept;
    this.#slots.fill(0);
    for (let index = 0; index < kept; index++) this.#place(index);
  }
}

/** Positions that fit beside a count of 32 bits into the 53 bits of a whole number. */
const POSITIONS = 2 ** 20;
const MOST_REQUESTS = 2 ** 32 - 1;

function enlarged<Numbers extends Uint32Array | Uint16Array>(from: Numbers, to: Numbers): Numbers {
  to.set(from);
  return to;
}

/** Spreads a hash over all of its bits (MurmurHash3's finalizer); also what tables use their low bits of. */
function mix(hash: number): number {
  let mixed = hash ^ (hash >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
