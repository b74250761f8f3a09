import { expect, it } from "vitest";

import { back, begun, forth, stepped } from "../src/steps";

it("goes back and forth over every step, and no further", () => {
  const three = [1, 2, 3].reduce(stepped, begun(0));
  const undone = [1, 2, 3, 4].reduce((steps) => back(steps), three);
  expect(undone.now).toBe(0);
  expect([1, 2, 3, 4].reduce((steps) => forth(steps), undone)).toEqual(three);
});

it("forgets what was taken back once another step is taken", () => {
  const steps = stepped(back(stepped(begun("a"), "b")), "c");
  expect(steps).toEqual({ past: ["a"], now: "c", future: [] });
});
