/** Something that sleeps until it is called, the time is up, or all of it is over. */
export interface WakeUp {
  /** Ends the sleep, or the next one where nobody sleeps now. */
  readonly call: () => void;
  /** Sleeps at least `least` milliseconds, and at most `most`; less only once the signal is aborted. */
  readonly sleep: (time: { readonly least: number; readonly most: number }) => Promise<void>;
}

/** A sleep that ends early with the signal. */
export function createWakeUp(signal: AbortSignal): WakeUp {
  let isCalled = false;
  let wake: (() => void) | undefined;
  const pause = (ms: number, ends: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        wake = undefined;
        resolve();
      };
      const timer = setTimeout(done, Math.max(0, ms));
      signal.addEventListener('abort', done, { once: true });
      wake = () => {
        if (ends()) done();
      };
      if (signal.aborted || ends()) done();
    });
  return {
    call: () => {
      isCalled = true;
      wake?.();
    },
    sleep: async ({ least, most }) => {
      await pause(least, () => false);
      if (!isCalled) await pause(most - least, () => isCalled);
      isCalled = false;
    },
  };
}
