import { expect, it } from "vitest";

import { boxOf, middleOf } from "../src/box";

it("finds the box of any geometry over all its parts", () => {
  expect(boxOf({ type: "Point", coordinates: [106, 20] })).toEqual([106, 20, 106, 20]);
  expect(boxOf({ type: "MultiPolygon", coordinates: [[[[0, 0], [1, 0], [1, 1], [0, 0]]], [[[4, 2], [5, 2], [5, 3], [4, 2]]]] })).toEqual([0, 0, 5, 3]);
  expect(boxOf({ type: "GeometryCollection", geometries: [{ type: "Point", coordinates: [1, 1] }, { type: "Point", coordinates: [3, 0] }] })).toEqual([1, 0, 3, 1]);
  expect(boxOf({ type: "MultiPoint", coordinates: [] })).toBeNull();
  expect(boxOf(null)).toBeNull();
});

it("finds its middle", () => {
  expect(middleOf({ type: "LineString", coordinates: [[0, 0], [4, 2]] })).toEqual([2, 1]);
  expect(middleOf(null)).toBeNull();
});
