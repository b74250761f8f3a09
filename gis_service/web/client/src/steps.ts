/** Steps that can be gone back and forth over, without end. */

export interface Steps<T> {
  readonly past: readonly T[];
  readonly now: T;
  readonly future: readonly T[];
}

export function begun<T>(now: T): Steps<T> {
  return { past: [], now, future: [] };
}

/** Take a step; what had been taken back is gone. */
export function stepped<T>({ past, now }: Steps<T>, next: T): Steps<T> {
  return { past: [...past, now], now: next, future: [] };
}

export function back<T>({ past, now, future }: Steps<T>): Steps<T> {
  const last = past.at(-1);
  return last === undefined ? { past, now, future } : { past: past.slice(0, -1), now: last, future: [now, ...future] };
}

export function forth<T>({ past, now, future }: Steps<T>): Steps<T> {
  const [next, ...rest] = future;
  return next === undefined ? { past, now, future } : { past: [...past, now], now: next, future: rest };
}
