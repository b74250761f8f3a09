import { expect, it } from "vitest";

import { coloursOf, opacityOf } from "../src/map/units";
import { classOf, colourOf, countsOf, HIDDEN, NO_SHARE, RAMP, stepText } from "../src/ramp";

const zone = (id: string, share: number | null) => ({ id, name: id, total: share === null ? 0 : 1, covered: 1, uncovered: 0, share });

it("takes a share on a border of two steps to the upper one", () => {
  expect([0, 0.4999, 0.5, 0.65, 0.8, 0.95, 1].map(classOf)).toEqual([0, 0, 1, 2, 3, 4, 4]);
});

it("counts every unit once, those without people on no step", () => {
  const zones = [zone("a", 0.1), zone("b", 0.5), zone("c", 1), zone("d", null)];
  expect(countsOf(zones)).toEqual([1, 1, 0, 0, 1]);
});

it("says the steps in numbers", () => {
  const said = RAMP.map((_, index) => stepText(index, "vi").replaceAll("\u00a0", " "));
  expect(said).toEqual(["< 50 %", "50–65", "65–80", "80–95", "≥ 95 %"]);
  expect(stepText(4, "en")).toBe("≥ 95%");
});

it("keeps no data apart from zero", () => {
  const colours = coloursOf([zone("a", 0), zone("b", null)], "code") as unknown as unknown[];
  expect(colours.slice(2)).toEqual(["a", RAMP[0]?.colour, "b", NO_SHARE, NO_SHARE]);
  expect(RAMP.map((step) => step.colour)).not.toContain(NO_SHARE);
});

it("leaves a filtered step full and makes the others faint", () => {
  const [, , , , full, , close] = opacityOf([zone("a", 0.1), zone("b", 0.99)], "code", 4, false) as unknown as unknown[][];
  expect(full?.[1]).toEqual(["in", ["to-string", ["get", "code"]], ["literal", ["b"]]]);
  expect(full?.[2]).toBeGreaterThan(Number(full?.[3]));
  expect(close?.[2]).toBeLessThan(Number(full?.[2]));
});

it("tells a unit whose figures are hidden from one where nobody lives", () => {
  expect(colourOf({ ...zone("a", null), total: 500 })).toBe(HIDDEN);
  expect(colourOf({ ...zone("a", null), total: null })).toBe(HIDDEN);
  expect(colourOf(zone("a", null))).toBe(NO_SHARE);
  expect(HIDDEN).not.toBe(NO_SHARE);
});
