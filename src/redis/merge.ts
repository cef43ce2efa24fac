/**
 * Several streams as one: whichever has something next comes next. Each stream is asked for one item
 * ahead and no more, so that a slow consumer slows them all down. The first failure ends it.
 */
export async function* mergeStreams<Item>(
  streams: readonly AsyncGenerator<Item, void, void>[],
): AsyncGenerator<Item, void, void> {
  const ask = async (stream: AsyncGenerator<Item, void, void>) => ({ stream, result: await stream.next() });
  const waiting = new Map(streams.map((stream) => [stream, ask(stream)]));
  try {
    while (waiting.size > 0) {
      const { stream, result } = await Promise.race(waiting.values());
      if (result.done === true) waiting.delete(stream);
      else {
        waiting.set(stream, ask(stream));
        yield result.value;
      }
    }
  } finally {
    for (const pending of waiting.values()) pending.catch(() => undefined);
    await Promise.allSettled([...waiting.keys()].map((stream) => stream.return()));
  }
}
