import type { FeatureCollection, Geometry } from "geojson";
import { expect, it } from "vitest";

import { unitsOf } from "../src/units";

function found(...rows: readonly [Geometry | null, Record<string, unknown>][]): FeatureCollection {
  const features = rows.map(([geometry, properties], id) => ({ type: "Feature" as const, id, geometry: geometry as Geometry, properties }));
  return { type: "FeatureCollection", features };
}

const TWO_PARTS: Geometry = { type: "MultiPolygon", coordinates: [[[[0, 0], [1, 0], [1, 1], [0, 0]]], [[[8, 2], [9, 2], [9, 3], [8, 2]]]] };

it("gives each unit its full name and the box of all its parts", () => {
  expect(unitsOf(found(
    [TWO_PARTS, { code: "12826", name: "Long Hưng", full_name: "Xã Long Hưng" }],
    [null, { code: 7, name: "Vũ Quý" }],
    [TWO_PARTS, { name: "Không mã" }],
  ), "code")).toEqual([
    { id: "12826", name: "Xã Long Hưng", box: [0, 0, 9, 3] },
    { id: "7", name: "Vũ Quý", box: null },
  ]);
});
