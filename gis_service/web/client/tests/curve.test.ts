import { expect, it } from "vitest";

import type { CurvePoints } from "../src/answer";
import { axisEnd, costAt, limitByKey, pathOf, shareAt, ticksOf, xOf, type Frame } from "../src/curve";

const FRAME: Frame = { width: 120, height: 60, left: 10, right: 10, top: 5, bottom: 5 };
/** Steps are left out where they hold few people: 600 follows 300. */
const POINTS: CurvePoints = [[0, 0], [300, 400], [600, 800], [3600, 1000]];

it.each([[0, 0], [150, 0.2], [300, 0.4], [450, 0.6], [600, 0.8], [9999, 1]])("gives the share at %d s", (cost, share) => {
  expect(shareAt(POINTS, 1000, cost)).toBeCloseTo(share);
});

it("gives nobody for an empty curve", () => {
  expect([shareAt([], 10, 5), shareAt(POINTS, 0, 5)]).toEqual([0, 0]);
});

it("ends the axis at a whole tick beyond the limit, never beyond the curve", () => {
  expect(axisEnd([[[0, 0], [60, 10], [3600, 10]]], 600, "s")).toBe(1500);
  expect(axisEnd([POINTS], 1800, "s")).toBe(3600);
  expect(axisEnd([[[0, 0], [2000, 10], [10_000, 10]]], 5200, "m")).toBe(7000);
});

it("draws between three and seven ticks", () => {
  for (const end of [1500, 2100, 3600]) expect(ticksOf(end, "s").length).toBeLessThanOrEqual(7);
  expect(ticksOf(1500, "s")).toEqual([0, 300, 600, 900, 1200, 1500]);
});

it("finds the cost under a place again", () => {
  for (const cost of [300, 600, 1500]) expect(costAt(xOf(cost, 1800, FRAME), 1800, FRAME, 60, 1800)).toBe(cost);
  expect(costAt(-50, 1800, FRAME, 60, 1800)).toBe(60);
  expect(costAt(999, 1800, FRAME, 60, 1500)).toBe(1500);
});

it("draws the curve from its beginning to the end of the axis", () => {
  expect(pathOf(POINTS, 1000, 600, FRAME)).toBe("M10.0 55.0L60.0 35.0L110.0 15.0L110.0 15.0");
});

it.each([
  ["ArrowRight", 660], ["ArrowDown", 540], ["PageUp", 900], ["PageDown", 300], ["Home", 60], ["End", 3600], ["x", null],
])("moves the limit by the key %s", (key, limit) => {
  expect(limitByKey(key, 600, "s", 3600)).toBe(limit);
});

it("keeps the limit inside its range", () => {
  expect(limitByKey("ArrowLeft", 60, "s", 3600)).toBe(60);
  expect(limitByKey("PageUp", 3500, "s", 3600)).toBe(3600);
  expect(limitByKey("ArrowRight", 500, "m", 10_000)).toBe(600);
});
