import { describe, expect, it } from 'vitest';
import { gather } from '../../../src/warm/gather.ts';

async function* numbers(count: number, onRead: (n: number) => void): AsyncGenerator<number, void, void> {
  for (let n = 1; n <= count; n++) {
    onRead(n);
    yield await Promise.resolve(n);
  }
}

describe('what a stream has ready', () => {
  it('comes in lists no longer than asked for, complete and in order', async () => {
    const lists: (readonly number[])[] = [];
    for await (const list of gather(
      numbers(25, () => undefined),
      () => 10,
    ))
      lists.push(list);
    expect(lists.flat()).toEqual(Array.from({ length: 25 }, (_, i) => i + 1));
    expect(lists.map((list) => list.length)).toEqual([10, 10, 5]);
  });

  it('does not wait for what is not ready', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    async function* halting(): AsyncGenerator<string, void, void> {
      yield 'a';
      yield 'b';
      await held;
      yield 'c';
    }
    const lists = gather(halting(), () => 10);
    expect((await lists.next()).value).toEqual(['a', 'b']);
    release();
    expect((await lists.next()).value).toEqual(['c']);
    expect((await lists.next()).done).toBe(true);
  });

  it('is read no further than somebody wants it', async () => {
    let read = 0;
    for await (const list of gather(
      numbers(100, (n) => (read = n)),
      () => 3,
    )) {
      expect(list).toEqual([1, 2, 3]);
      break;
    }
    expect(read).toBeLessThanOrEqual(4);
  });

  it('comes before the error that ends it', async () => {
    async function* failing(): AsyncGenerator<number, void, void> {
      yield await Promise.resolve(1);
      throw new Error('broken');
    }
    const seen: number[] = [];
    await expect(async () => {
      for await (const list of gather(failing(), () => 10)) seen.push(...list);
    }).rejects.toThrow('broken');
    expect(seen).toEqual([1]);
  });
});
