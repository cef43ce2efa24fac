import { tmpdir } from 'node:os';
import { escapeText } from '../../keys/printable.ts';
import { sourceFailure } from './failures.ts';
import type { PathCounts } from './path-counts.ts';
import { RecordFile, RecordReader, type Segment } from './record-file.ts';

/** Bits of a path's hash that say to which part it belongs; a part has to fit into memory when it is added up. */
const PART_BITS = 5;
const PARTS = 2 ** PART_BITS;

/**
 * Where counts go that do not fit into memory: a temporary file, in parts by the paths' hashes. In the end each part
 * is added up by itself and ranked, and the ranked parts are merged as they are read: exact, and in as much memory
 * as the largest part takes.
 */
export class PathSpill {
  #file: RecordFile | undefined;
  readonly #parts: readonly Segment[][] = Array.from({ length: PARTS }, () => []);
  readonly #folder: string;
  #ranked: { readonly file: RecordFile; readonly runs: readonly Segment[] } | undefined;

  constructor(folder: string = tmpdir()) {
    this.#folder = folder;
  }

  /** Whether anything was put here. */
  get isUsed(): boolean {
    return this.#file !== undefined || this.#ranked !== undefined;
  }

  /**
   * Takes all counts of a table, which is to be emptied then.
   * @returns false where no temporary file can be made and written at all
   * @throws CachectlError `source.temporary` where it cannot be written any more
   */
  take(counts: PathCounts): boolean {
    if (this.#file !== undefined) {
      this.#write(counts, this.#file);
      return true;
    }
    try {
      const file = new RecordFile(this.#folder);
      this.#write(counts, file);
      this.#file = file;
    } catch {
      return false;
    }
    return true;
  }

  #write(counts: PathCounts, file: RecordFile): void {
    this.#writing(() => {
      const { order, ends } = byPart(counts.hashes);
      for (let part = 0, done = 0; part < PARTS; part++) {
        const start = file.size;
        const end = ends[part] ?? 0;
        counts.write(file, order.subarray(done, end));
        done = end;
        if (file.size > start) this.#parts[part]?.push({ start, end: file.size });
      }
      file.flush();
    });
  }

  /**
   * Adds up and ranks what was taken, with the help of an empty table.
   * @param top paths that anybody will ask for
   * @throws CachectlError `source.temporary`
   */
  rank(table: PathCounts, top: number): void {
    const spilled = this.#file;
    if (spilled === undefined) return;
    this.#writing(() => {
      const file = new RecordFile(this.#folder);
      const runs: Segment[] = [];
      for (const segments of this.#parts) {
        for (const segment of segments) {
          const records = new RecordReader(spilled, segment);
          while (records.next()) {
            const { bytes, start, end, hash, requests, first } = records;
            table.add(bytes, start, end, hash, requests, first);
          }
        }
        const start = file.size;
        table.write(file, table.order().subarray(0, top));
        if (file.size > start) runs.push({ start, end: file.size });
        table.clear();
      }
      file.flush();
      this.#ranked = { file, runs };
    });
    spilled.close();
    this.#file = undefined;
  }

  #writing(work: () => void): void {
    try {
      work();
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === undefined) throw error;
      throw sourceFailure(
        'source.temporary',
        `the different paths of the logs do not fit into memory, nor into a file in ${escapeText(this.#folder)}: ${code}`,
        'TMPDIR names a folder with more room; a query rule (drop, or a list of parameters) leaves fewer paths',
      );
    }
  }

  /** All paths in their order, once they were ranked. */
  *read(top: number): Generator<{ readonly path: string; readonly requests: number }, void, void> {
    const { file, runs = [] } = this.#ranked ?? {};
    if (file === undefined) return;
    const heap: RecordReader[] = [];
    for (const run of runs) {
      const reader = new RecordReader(file, run);
      if (!reader.next()) continue;
      heap.push(reader);
    }
    for (let at = (heap.length >> 1) - 1; at >= 0; at--) sink(heap, at);
    for (let rank = 0; rank < top; rank++) {
      const [best] = heap;
      if (best === undefined) return;
      yield { path: best.bytes.toString('utf8', best.start, best.end), requests: best.requests };
      if (!best.next()) {
        const last = heap.pop();
        if (last === undefined || heap.length === 0) return;
        heap[0] = last;
      }
      sink(heap, 0);
    }
  }
}

/** Positions of hashes, part by part and otherwise in their order, and where each part ends. */
function byPart(hashes: Uint32Array): { readonly order: Uint32Array; readonly ends: Uint32Array } {
  const next = new Uint32Array(PARTS + 1);
  const partOf = (index: number): number => (hashes[index] ?? 0) >>> (32 - PART_BITS);
  for (let index = 0; index < hashes.length; index++) {
    const part = partOf(index) + 1;
    next[part] = (next[part] ?? 0) + 1;
  }
  for (let part = 1; part <= PARTS; part++) next[part] = (next[part] ?? 0) + (next[part - 1] ?? 0);
  const order = new Uint32Array(hashes.length);
  for (let index = 0; index < hashes.length; index++) {
    const part = partOf(index);
    const at = next[part] ?? 0;
    order[at] = index;
    next[part] = at + 1;
  }
  return { order, ends: next };
}

/** Puts a reader to its place in a heap whose first one has the most requests, and of those the earliest path. */
function sink(heap: RecordReader[], from: number): void {
  const reader = heap[from];
  if (reader === undefined) return;
  let at = from;
  for (;;) {
    let child = 2 * at + 1;
    const [left, right] = [heap[child], heap[child + 1]];
    if (left === undefined) break;
    let better = left;
    if (right !== undefined && isBefore(right, left)) {
      better = right;
      child++;
    }
    if (!isBefore(better, reader)) break;
    heap[at] = better;
    at = child;
  }
  heap[at] = reader;
}

function isBefore(a: RecordReader, b: RecordReader): boolean {
  return a.requests > b.requests || (a.requests === b.requests && a.first < b.first);
}
