import { expect, it } from "vitest";

import { load } from "../src/loading";
import { LOADING, type Loaded } from "../src/state";

function later<T>(): { readonly reading: Promise<T>; readonly come: (value: T) => void; readonly fail: (reason: Error) => void } {
  let [come, fail]: [(value: T) => void, (reason: Error) => void] = [() => undefined, () => undefined];
  const reading = new Promise<T>((done, failed) => { [come, fail] = [done, failed]; });
  return { reading, come, fail };
}

it("keeps the newer of two readings, whichever comes first", async () => {
  const into: { value: Loaded<string> } = { value: LOADING };
  const [slow, fast] = [later<string>(), later<string>()];
  const both = [load(into, slow.reading), load(into, fast.reading)];
  fast.come("newer");
  await both[1];
  slow.come("older");
  await both[0];
  expect(into.value).toEqual({ state: "ready", value: "newer" });
});

it("does not hear of a failure that comes too late", async () => {
  const into: { value: Loaded<string> } = { value: LOADING };
  const [slow, fast] = [later<string>(), later<string>()];
  const both = [load(into, slow.reading), load(into, fast.reading)];
  fast.come("newer");
  slow.fail(new Error("gone"));
  await Promise.all(both);
  expect(into.value).toEqual({ state: "ready", value: "newer" });
});
