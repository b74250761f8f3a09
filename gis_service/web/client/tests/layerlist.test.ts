import { expect, it, vi } from "vitest";

import { rowsOf, type LayerClasses } from "../src/layerlist/classes";
import { fileUrl } from "../src/layerlist/Download";
import { fitting, grouped } from "../src/layerlist/found";
import { layerOf, type Layer } from "../src/layers";
import type { City } from "../src/page";

const CITY = {
  categories: [{ id: "health", title: { vi: "Y tế", en: "Health" } }, { id: "transport", title: { vi: "Giao thông", en: "Transport" } }],
} as unknown as City;

function layer(id: string, category: string, title: string): Layer {
  return { id, category, title, description: "", source: "" } as Layer;
}

const LAYERS = [layer("roads", "transport", "Đường"), layer("health_station", "health", "Trạm y tế"), layer("own", "other", "Lớp riêng")];

it("groups layers by sector in the city's order, unknown sectors last", () => {
  expect(grouped(LAYERS, CITY, "vi").map(({ title, layers }) => [title, layers.length])).toEqual([["Y tế", 1], ["Giao thông", 1], ["other", 1]]);
});

it.each([
  ["tram", ["health_station"]], ["ĐƯỜNG", ["roads"]], ["giao thong", ["roads"]], ["te tram", ["health_station"]], ["own", ["own"]],
  ["", ["health_station", "roads", "own"]], ["khong co", []],
])("finds layers by %s", (asked, found) => {
  expect(fitting(grouped(LAYERS, CITY, "vi"), asked).flatMap(({ layers }) => layers.map(({ id }) => id))).toEqual(found);
});

const COUNTED: LayerClasses = {
  property: "width_m", title: "Bề rộng", unit: "m", method: "quantiles", total: 10, missing: 2, zero: 0, properties: [],
  classes: [{ value: null, low: 1.5, high: 3, title: null, count: 5 }, { value: null, low: 4, high: 4, title: null, count: 3 }],
};

it("tells classes, zero and no data apart, also where there are none", () => {
  expect(rowsOf(COUNTED, "vi").map(({ text, count, kind }) => [text, count, kind])).toEqual([
    ["1,5–3\u00a0m", 5, "class"], ["4\u00a0m", 3, "class"], ["Bằng 0", 0, "zero"], ["Không có số liệu", 2, "missing"],
  ]);
  const listed: LayerClasses = {
    ...COUNTED, method: "values", zero: null, unit: null,
    classes: [{ value: "alley", low: null, high: null, title: "ngõ", count: 0 }, { value: true, low: null, high: null, title: null, count: 8 }],
  };
  expect(rowsOf(listed, "vi").map(({ text, count }) => [text, count])).toEqual([["ngõ", 0], ["có", 8], ["Không có số liệu", 2]]);
  expect(rowsOf({ ...COUNTED, property: null, classes: [], zero: null }, "vi")).toEqual([]);
});

it("leads to the whole layer, or to what is seen of it", () => {
  vi.stubGlobal("window", { location: { origin: "http://here" } });
  const roads = layer("roads", "transport", "Đường");
  expect(fileUrl(roads, "gpkg", null)).toBe("http://here/api/collections/roads/export?f=gpkg");
  const part = { box: [106, 20, 106.5, 20.5] as const, rows: "phase = 'p1'" };
  expect(fileUrl(roads, "csv", part)).toBe(
    "http://here/api/collections/roads/export?f=csv&bbox=106.000000,20.000000,106.500000,20.500000&filter=phase+%3D+%27p1%27");
  vi.unstubAllGlobals();
});

it("knows the kinds of files that a layer is had as", () => {
  const city = { counts: {}, fields: {}, former: [] } as unknown as City;
  const links = [{ rel: "enclosure", href: "http://x/api/collections/a/export?f=gpkg", title: "GeoPackage" }, { rel: "self", href: "http://x/a" }];
  expect(layerOf({ id: "a", links }, city).files).toEqual([{ format: "gpkg", title: "GeoPackage" }]);
});
