import type { FeatureCollection, Geometry } from "geojson";
import { expect, it } from "vitest";

import type { City } from "../src/page";
import { formerOf, unitsOf } from "../src/units";

function found(...rows: readonly [Geometry | null, Record<string, unknown>][]): FeatureCollection {
  const features = rows.map(([geometry, properties], id) => ({ type: "Feature" as const, id, geometry: geometry as Geometry, properties }));
  return { type: "FeatureCollection", features };
}

const TWO_PARTS: Geometry = { type: "MultiPolygon", coordinates: [[[[0, 0], [1, 0], [1, 1], [0, 0]]], [[[8, 2], [9, 2], [9, 3], [8, 2]]]] };

it("gives each unit its full name, the box of all its parts, and what became of it", () => {
  expect(unitsOf(found(
    [TWO_PARTS, { code: "12826", name: "Long Hưng", full_name: "Xã Long Hưng", successor: "13" }],
    [null, { code: 7, name: "Vũ Quý", successor: "" }],
    [TWO_PARTS, { name: "Không mã" }],
  ), "code")).toEqual([
    { id: "12826", name: "Xã Long Hưng", box: [0, 0, 9, 3], successor: "13" },
    { id: "7", name: "Vũ Quý", box: null, successor: null },
  ]);
});

it("knows the list of units before one, when that list says what became of its units", () => {
  const title = { vi: "", en: "" };
  const vintage = (id: string, from: string, to: string | null) => ({ id, layer: id, title, level: "commune" as const, from, to });
  const [now, before] = [vintage("new", "2025-07-01", null), vintage("old", "2024-01-01", "2025-07-01")];
  const city = (name: string): City =>
    ({ vintages: [now, before], fields: { old: [{ name, label: title, unit: null, words: {} }] } }) as unknown as City;
  expect(formerOf(now, city("successor"))?.id).toBe("old");
  expect(formerOf(now, city("district"))).toBeNull();
  expect(formerOf(before, city("successor"))).toBeNull();
});
