import type { Place } from './place.ts';

/** Waits until a place has fewer keys than this, without a pause: a removal of some thousand is over soon. */
export async function untilFewerKeys({ client }: Place, keys: number): Promise<void> {
  for (;;) {
    const sizes = await Promise.all((await client.primaries()).map((node) => node.call('DBSIZE')));
    if (sizes.map(Number).reduce((a, b) => a + b, 0) < keys) return;
    await new Promise(setImmediate);
  }
}
