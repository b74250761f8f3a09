import { expect, it } from "vitest";

import { MOST_VERTICES } from "../src/edits";
import { withVertex, type Spot } from "../src/ways/drawing";
import { lengthOf } from "../src/ways/length";
import { nearestOn } from "../src/ways/snap";

const LINE = [{ x: 0, y: 0 }, { x: 100, y: 0 }, { x: 100, y: 100 }];

it.each([
  [{ x: 50, y: 8 }, { x: 50, y: 0, distance: 8 }],
  [{ x: 96, y: 50 }, { x: 100, y: 50, distance: 4 }],
  [{ x: -3, y: 4 }, { x: 0, y: 0, distance: 5 }],
  [{ x: 50, y: 13 }, null],
  [{ x: 120, y: 0 }, null],
])("takes the place of a line that is nearest to a pixel, within reach: %o", (pixel, found) => {
  expect(nearestOn(pixel, LINE, 12)).toEqual(found);
});

it("takes an end before the place beside it, and knows lines without length", () => {
  expect(nearestOn({ x: 6, y: 1 }, LINE, 12)).toMatchObject({ x: 0, y: 0 });
  expect(nearestOn({ x: 1, y: 0 }, [{ x: 0, y: 0 }, { x: 0, y: 0 }], 12)).toMatchObject({ x: 0, y: 0 });
  expect(nearestOn({ x: 1, y: 0 }, [], 12)).toBeNull();
});

it("draws a vertex once, to a metre, and no more than an address holds", () => {
  const spot: Spot = { at: [106.3000001, 20.4], road: null };
  const one = withVertex([], spot);
  expect(one).toEqual([{ at: [106.3, 20.4], road: null }]);
  expect(withVertex(one, spot)).toBe(one);
  const full = Array.from({ length: MOST_VERTICES }, (_, index): Spot => ({ at: [106 + index / 100, 20], road: null }));
  expect(withVertex(full, spot)).toBe(full);
});

it("measures a line on the ground", () => {
  expect(lengthOf([[106.3, 20.4], [106.3, 20.5]])).toBeCloseTo(11_119.5, 0);
  expect(lengthOf([[106.3, 20.4], [106.4, 20.4], [106.4, 20.5]])).toBeCloseTo(11_119.5 + 10_422, -1);
  expect(lengthOf([[106.3, 20.4]])).toBe(0);
});
