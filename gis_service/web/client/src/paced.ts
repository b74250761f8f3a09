/** Asking while something moves: one question at a time, not too often, and always the newest one last. */

export type Paced<T> = {
  readonly ask: (value: T) => void;
  /** Forget what waits, and end what is under way. */
  readonly stop: () => void;
};

/**
 * Run `ask` for values that come faster than it answers.
 *
 * What is under way is let finish, so that answers come while the value keeps moving; of the values that came meanwhile
 * only the newest is asked, at the earliest `gapMs` after the one before.
 */
export function paced<T>(run: (value: T, signal: AbortSignal) => Promise<void>, gapMs: number): Paced<T> {
  let waiting: { readonly value: T } | null = null;
  let under: AbortController | null = null;
  let timer = 0;
  let began = -Infinity;
  const next = (): void => {
    if (waiting === null || under !== null || timer !== 0) return;
    const rest = began + gapMs - performance.now();
    if (rest > 0) {
      timer = window.setTimeout(() => { timer = 0; next(); }, rest);
      return;
    }
    const { value } = waiting;
    const own = new AbortController();
    [waiting, under, began] = [null, own, performance.now()];
    void run(value, own.signal).finally(() => {
      if (under === own) under = null;
      next();
    });
  };
  return {
    ask: (value) => {
      waiting = { value };
      next();
    },
    stop: () => {
      window.clearTimeout(timer);
      under?.abort();
      [waiting, under, timer] = [null, null, 0];
    },
  };
}
