import { afterEach, expect, it, vi } from "vitest";

import { drawable, layerOf, mapLayersOf, namesOf } from "../src/layers";
import { kindOf, lookOf } from "../src/legend";
import type { City } from "../src/page";

const CITY: City = {
  title: { vi: "Thành phố", en: "City" },
  bbox: [106, 20, 107, 21],
  categories: [],
  services: [],
  standards: [],
  groups: [],
  modes: [],
  vintages: [],
  phases: [],
  former: ["commune_2024"],
  keys: {},
  notices: {},
  imagery: [],
  counts: { commune: 65, empty: 0 },
  fields: { commune: [{ name: "name", label: { vi: "Tên", en: "Name" }, unit: null, words: {} }] },
};

function collection(id: string, geometry: string, bbox?: number[]) {
  return { id, geometry, category: "boundaries", ...(bbox ? { extent: { spatial: { bbox: [bbox] } } } : {}) };
}

const COMMUNE = layerOf(collection("commune", "Geometry", [106, 20, 106.5, 20.5]), CITY);
const ROADS = layerOf(collection("roads", "LineString", [106.2, 20.1, 107, 21]), CITY);
const EMPTY = layerOf(collection("empty", "Point"), CITY);
const FIGURES = layerOf(collection("figures", "None"), CITY);

it.each([
  ["None", "none"], ["Raster", "raster"], ["Geometry", "mixed"], ["Point", "point"], ["MultiPoint", "point"],
  ["MultiLineString", "line"], ["MultiPolygon", "area"],
])("draws %s as %s", (geometry, kind) => {
  expect(kindOf(geometry)).toBe(kind);
});

it("knows a layer without rows from a table without geometry", () => {
  expect([COMMUNE.isEmpty, EMPTY.isEmpty, FIGURES.isEmpty]).toEqual([false, true, false]);
});

it("counts what is counted and nothing else", () => {
  expect([COMMUNE.count, ROADS.count]).toEqual([65, null]);
});

it("draws surfaces below lines, and only what lies somewhere", () => {
  expect(drawable([ROADS, EMPTY, FIGURES, COMMUNE]).map((layer) => layer.id)).toEqual(["commune", "roads"]);
});

it("draws no layer whose tiles need a token", () => {
  const internal = layerOf({ ...collection("camera", "Point", [106, 20, 107, 21]), visibility: "internal" }, CITY);
  const open = layerOf({ ...collection("camera", "Point", [106, 20, 107, 21]), visibility: "public" }, CITY);
  expect([internal.hasTiles, open.hasTiles]).toEqual([false, true]);
  expect(drawable([internal])).toEqual([]);
  expect(drawable([open])).toEqual([open]);
});

it("draws former units hollow and quieter than those of today", () => {
  const [today, former] = [lookOf("a", "administration", "Point"), lookOf("a", "administration", "Point", true)];
  expect([today.hollow, former.hollow]).toEqual([false, true]);
  expect(former.radius).toBeLessThan(today.radius);
});

it("never draws a layer in the colour of people outside", () => {
  for (const category of ["boundaries", "administration", "education", "health", "commerce", "unheard_of"]) {
    expect(lookOf("a", category, "Point").colour).not.toBe("#c8450f");
  }
});

afterEach(() => {
  vi.useRealTimers();
});

it("closes a place on the reader's day, which in Viet Nam begins seven hours before that of UTC", () => {
  vi.stubEnv("TZ", "Asia/Ho_Chi_Minh");
  vi.useFakeTimers({ now: new Date("2025-06-30T18:00:00Z") });
  const opens = { ...CITY, fields: { office: [{ name: "open_to", label: { vi: "Đến", en: "To" }, unit: null, words: {} }] } };
  const office = layerOf(collection("office", "Point", [106, 20, 107, 21]), opens);
  const drawn = JSON.stringify(mapLayersOf(office));
  vi.unstubAllEnvs();
  expect(drawn).toContain('"2025-07-01"');
  expect(drawn).not.toContain('"2025-06-30"');
});

it("reads each tile layer by the id of its collection", () => {
  for (const one of mapLayersOf(COMMUNE)) expect(one).toMatchObject({ source: "layer:commune", "source-layer": "commune" });
});

it("names features only where there is a column of names", () => {
  expect(namesOf(COMMUNE)?.id).toBe("commune:name");
  expect(namesOf(ROADS)).toBeNull();
});
