/**
 * Says where the demo's servers are to be found, and waits for Ctrl-C.
 * @param folder where the demo's spec file is
 */
export async function keepUp(
  folder: string,
  signal: AbortSignal,
  say: (text: string) => Promise<void>,
): Promise<void> {
  await say(`\nBoth servers stay up until Ctrl-C. In another terminal:\n  cd ${folder}`);
  // It may have come while that was written: nobody would be told of it any more.
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    // An idle process with nothing but a signal listener would end by itself.
    const awake = setInterval(() => undefined, 60_000);
    signal.addEventListener(
      'abort',
      () => {
        clearInterval(awake);
        resolve();
      },
      { once: true },
    );
  });
}
