import { describe, expect, it } from "vitest";

import { entriesOf, tileId } from "../src/offline/archive";
import { offlineUrl } from "../src/offline/link";
import { layerOf } from "../src/layers";
import type { City } from "../src/page";

describe("the number of a tile", () => {
  it("counts zoom by zoom along the curve", () => {
    const first = [[0, 0, 0], [1, 0, 0], [1, 0, 1], [1, 1, 1], [1, 1, 0], [2, 0, 0]] as const;
    expect(first.map(([z, x, y]) => tileId(z, x, y))).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it("is its own for every tile of a zoom", () => {
    const ids = Array.from({ length: 256 }, (_, at) => tileId(4, at % 16, Math.floor(at / 16)));
    expect(ids.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 256 }, (_, at) => 85 + at));
  });

  it("stays exact where numbers are large", () => {
    expect(tileId(20, 0, 0)).toBe((4 ** 20 - 1) / 3);
    expect(tileId(20, 2 ** 20 - 1, 0)).toBe((4 ** 21 - 1) / 3 - 1);
  });
});

describe("a directory", () => {
  it("is read column by column, offsets behind each other as noughts", () => {
    const bytes = Uint8Array.from([3, 5, 2, 0xac, 0x02, 1, 4, 1, 10, 20, 30, 1, 0, 0x81, 0x01]);
    expect(entriesOf(bytes)).toEqual([
      { id: 5, run: 1, length: 10, offset: 0 },
      { id: 7, run: 4, length: 20, offset: 10 },
      { id: 307, run: 1, length: 30, offset: 128 },
    ]);
  });
});

describe("the address of a map to take along", () => {
  const dated = { name: "open_to", label: { vi: "", en: "" }, unit: null, words: {}, isDate: true };
  const city = { counts: {}, fields: { school: [dated] }, former: [], phases: [] } as unknown as City;
  const PAGE = "http://town.example/maps/";
  const able = [...["commune", "market", "school"].map((id) => layerOf({ id }, city)), layerOf({ id: "photo", geometry: "Raster" }, city)];

  it("names the units first, then what is switched on and no picture, and the box that is seen", () => {
    const url = new URL(offlineUrl({ able, shown: new Set(["school", "commune", "photo"]), units: "commune", box: [106, 20.123456789, 107, 21], day: null, answer: null }, city, "vi"), PAGE);
    expect(url.pathname).toBe("/maps/api/offline");
    expect(Object.fromEntries(url.searchParams)).toEqual({ layers: "commune,school", lang: "vi", bbox: "106.00000,20.12346,107.00000,21.00000" });
  });

  it("keeps to the day that is shown", () => {
    const url = new URL(offlineUrl({ able, shown: new Set(["school", "market"]), units: null, box: null, day: "2024-12-31", answer: null }, city, "vi"), PAGE);
    expect(JSON.parse(url.searchParams.get("filters") ?? "")).toEqual({ school: "(open_to IS NULL OR open_to > DATE('2024-12-31'))" });
  });

  it("leaves out units without a place on the map, and the box before there is one", () => {
    const url = new URL(offlineUrl({ able, shown: new Set(), units: "commune_2019", box: null, day: "2024-12-31", answer: "standard=a&limit=600" }, city, "en"), PAGE);
    expect(Object.fromEntries(url.searchParams)).toEqual({ layers: "", lang: "en", answer: "standard=a&limit=600" });
  });
});
