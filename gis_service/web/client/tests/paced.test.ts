// @vitest-environment node
import { beforeEach, expect, it, vi } from "vitest";

import { paced } from "../src/paced";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  vi.stubGlobal("window", globalThis);
});

function asking(tookMs: number): { readonly asked: number[]; readonly ended: number[]; readonly run: (value: number, signal: AbortSignal) => Promise<void> } {
  const [asked, ended]: [number[], number[]] = [[], []];
  return { asked, ended, run: async (value, signal) => {
    asked.push(value);
    await new Promise((done) => { setTimeout(done, tookMs); });
    if (!signal.aborted) ended.push(value);
  } };
}

it("asks at once, lets it finish, and asks the newest of what came meanwhile", async () => {
  const { asked, ended, run } = asking(100);
  const only = paced(run, 10);
  for (const value of [1, 2, 3]) only.ask(value);
  expect(asked).toEqual([1]);
  await vi.advanceTimersByTimeAsync(250);
  expect([asked, ended]).toEqual([[1, 3], [1, 3]]);
});

it("keeps its distance from the question before", async () => {
  const { asked, run } = asking(1);
  const only = paced(run, 300);
  only.ask(1);
  await vi.advanceTimersByTimeAsync(50);
  only.ask(2);
  await vi.advanceTimersByTimeAsync(200);
  expect(asked).toEqual([1]);
  await vi.advanceTimersByTimeAsync(60);
  expect(asked).toEqual([1, 2]);
});

it("asks and tells nothing more once it is stopped, and begins anew when asked", async () => {
  const { asked, ended, run } = asking(100);
  const only = paced(run, 300);
  only.ask(1);
  only.ask(2);
  only.stop();
  await vi.advanceTimersByTimeAsync(1000);
  expect([asked, ended]).toEqual([[1], []]);
  only.ask(3);
  await vi.advanceTimersByTimeAsync(200);
  expect(ended).toEqual([3]);
});
