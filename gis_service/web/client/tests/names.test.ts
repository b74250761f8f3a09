import type { Feature, Position } from "geojson";
import { expect, it } from "vitest";

import { namesOfAreas } from "../src/map/names";

function box(id: number, name: unknown, [west, south, east, north]: [number, number, number, number]): Feature {
  const ring: Position[] = [[west, south], [east, south], [east, north], [west, north], [west, south]];
  return { type: "Feature", id, geometry: { type: "Polygon", coordinates: [ring] }, properties: { name } };
}

it("gives an area that two tiles cut one name, inside its larger part", () => {
  const names = namesOfAreas([box(1, "Vũ Thư", [0, 0, 1, 1]), box(1, "Vũ Thư", [1, 0, 5, 1])]);
  expect(names.features).toHaveLength(1);
  const [x = 0, y = 0] = names.features[0]?.geometry.coordinates ?? [];
  expect(x).toBeGreaterThan(1);
  expect(x).toBeLessThan(5);
  expect(y).toBeCloseTo(0.5, 1);
});

it("keeps different areas apart, in the order of their ids", () => {
  const names = namesOfAreas([box(10, "B", [2, 0, 3, 1]), box(2, "A", [0, 0, 1, 1])]);
  expect(names.features.map((feature) => feature.properties.name)).toEqual(["A", "B"]);
});

it("passes over areas without a name", () => {
  expect(namesOfAreas([box(1, null, [0, 0, 1, 1])]).features).toEqual([]);
});

it("puts the names of a lower rank first", () => {
  const names = namesOfAreas([box(1, "A", [0, 0, 1, 1])], (properties) => String(properties["name"]).length * -10);
  expect(names.features[0]?.properties.rank).toBe(-10);
});
