import { expect, it } from "vitest";

import { LEVELS, marksOf, sizeAt, type Cells } from "../src/cells";

function cells(...list: readonly (readonly [string, number | null, number])[]): Cells {
  return {
    type: "FeatureCollection", size_m: 250, detail: "cells",
    features: list.map(([id, people, x]) => ({
      type: "Feature", geometry: { type: "Point", coordinates: [x, 20] },
      properties: { id, people, small: people === null, kind: "network", zone: "1", zone_name: "Xã" },
    })),
  };
}

function at(level: number, marks: ReturnType<typeof marksOf>) {
  return marks.features.filter((one) => one.properties.level === level);
}

it("gathers cells by blocks and keeps every person", () => {
  const marks = marksOf(cells(["0_0", 30, 106], ["3_3", 10, 106.4], ["4_0", 7, 107], ["-1_0", 5, 105]));
  for (const { factor } of LEVELS) {
    expect(at(factor, marks).reduce((sum, one) => sum + one.properties.people, 0)).toBe(52);
  }
  expect(at(4, marks).map((one) => one.properties.people)).toEqual([40, 7, 5]);
});

it("puts a gathered cell where its people are", () => {
  const marks = marksOf(cells(["0_0", 30, 106], ["1_0", 10, 106.4]));
  expect(at(4, marks)[0]?.geometry.coordinates[0]).toBeCloseTo(106.1);
});

it("calls a block small only when all of it is", () => {
  const marks = marksOf(cells(["0_0", null, 106], ["1_0", null, 106], ["8_0", null, 107], ["9_0", 50, 107]));
  expect(at(4, marks).map((one) => one.properties.small)).toEqual([true, false]);
});

it("leaves single homes as they are at every zoom", () => {
  const homes: Cells = { ...cells(["a", 4, 106], ["b", 3, 106]), detail: "points" };
  expect(at(4, marksOf(homes))).toHaveLength(2);
  expect(marksOf(null).features).toEqual([]);
});

it("says the size of the cells that are drawn", () => {
  expect([8, 11, 15].map((zoom) => sizeAt(zoom, 250))).toEqual([1000, 500, 250]);
});
