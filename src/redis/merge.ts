/**
 * Several streams as one: whichever has something next comes next. Each stream is asked for one item
 * ahead and no more, so that a slow consumer slows them all down. The first failure ends it.
 */
export async function* mergeStreams<Item>(
  streams: readonly AsyncGenerator<Item, void, void>[],
): AsyncGenerator<Item, void, void> {
  const next = async (stream: AsyncGenerator<Item, void, void>) => ({ stream, result: await stream.next() });
  const ask = (stream: AsyncGenerator<Item, void, void>): ReturnType<typeof next> => {
    const asked = next(stream);
    // It may fail while the consumer is at work, who hears of it afterwards, or stops and never asks.
    asked.catch(() => undefined);
    return asked;
  };
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
    await Promise.allSettled([...waiting.keys()].map((stream) => stream.return()));
  }
}
