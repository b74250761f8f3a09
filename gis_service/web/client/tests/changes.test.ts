import { expect, it } from "vitest";

import { colourOf, STEPS, stepOf, UNCHANGED } from "../src/changes";
import { HIDDEN } from "../src/ramp";

it.each([[-40, 0], [-10, 0], [-9.9, 1], [-2, 1], [-0.1, 2], [0, 3], [0.1, 4], [2, 5], [9.9, 5], [10, 6]])("puts %d points on step %d", (points, step) => {
  expect(stepOf(points)).toBe(step);
});

it("tells no change, a gain and a loss apart, and what may not be shown from all of them", () => {
  const colours = [STEPS[UNCHANGED].colour, colourOf(3), colourOf(-3), colourOf(null)];
  expect(new Set(colours).size).toBe(4);
  expect(colourOf(null)).toBe(HIDDEN);
});
