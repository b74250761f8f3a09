import { expect, it } from "vitest";

import { classIn, layersIn, placeIn } from "../src/address";
import type { City } from "../src/page";

it.each([
  ["106.4,20.5", [106.4, 20.5]], ["-180,90", [-180, 90]],
  ["999,999", null], ["106,90.1", null], ["180.5,0", null], ["x", null], ["", null], [null, null], ["106", null],
])("reads the place %s", (text, place) => {
  expect(placeIn(text)).toEqual(place);
});

it.each([["0", 0], ["3", 3], ["77", null], ["9", null], ["-1", null], ["", null], [null, null]])("reads the step %s of the legend", (text, step) => {
  expect(classIn(text)).toBe(step);
});

it("takes only layers that the city has", () => {
  const city = { fields: { market: [], roads: [] } } as unknown as City;
  expect([...layersIn("roads,nowhere,toString,market", city)]).toEqual(["roads", "market"]);
  expect(layersIn(null, city).size).toBe(0);
});
