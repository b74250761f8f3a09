import { expect, it } from "vitest";

import { nameOf, rowsOf, valueText } from "../src/features";
import { layerOf } from "../src/layers";
import { lookOf } from "../src/legend";
import type { Field } from "../src/page";

const LAYER = {
  ...layerOf({ id: "commune", title: "Xã", geometry: "Point" }, {
    title: { vi: "", en: "" }, bbox: [0, 0, 1, 1], categories: [], former: [], services: [], standards: [], groups: [], modes: [], vintages: [], phases: [], keys: {}, notices: {}, imagery: [], counts: {},
    fields: {
      commune: [
        { name: "name", label: { vi: "Tên", en: "Name" }, unit: null, words: {} },
        { name: "area_km2", label: { vi: "Diện tích", en: "Area" }, unit: "km2", words: {} },
        { name: "open_from", label: { vi: "Mở từ ngày", en: "Open from" }, unit: null, words: {} },
      ],
    },
  }),
  look: lookOf("commune", "boundaries", "Point"),
};

const NO_LABEL = { vi: "", en: "" };

function field(name: string, unit: string | null = null, words: Field["words"] = {}): Field {
  return { name, unit, words, label: NO_LABEL };
}

it.each([
  [null, null, "không có"], ["", null, "không có"], [true, null, "có"], [false, null, "không"],
  [9.32, field("area_km2", "km2"), "9,32\u00a0km²"], ["2025-07-01", null, "01/07/2025"], ["<b>x</b>", null, "<b>x</b>"],
  [12_500, field("capacity", "pupils"), "12.500\u00a0học sinh"], [90, field("direction_deg", "deg"), "90°"],
  [22, field("voltage_kv", "kV"), "22\u00a0kV"],
])("writes %o", (value, of, text) => {
  expect(valueText(value, of, "vi")).toBe(text);
});

it("writes a year without grouping, and a length of time in years as a number", () => {
  expect(valueText(2015, field("built_year"), "vi")).toBe("2015");
  expect(valueText(2015, field("year_built"), "en")).toBe("2015");
  expect(valueText(1000, field("return_period_years", "years"), "vi")).toBe("1.000\u00a0năm");
  expect(valueText(2015, field("people", "persons"), "vi")).toBe("2.015\u00a0người");
});

it("says the words of a fixed list in the reader's language, and leaves those without words and free text alone", () => {
  const status = field("status", null, { under_way: { vi: "đang thực hiện", en: "under way" } });
  expect(valueText("under_way", status, "vi")).toBe("đang thực hiện");
  expect(valueText("under_way", status, "en")).toBe("under way");
  expect(valueText("tram", status, "vi")).toBe("tram");
  expect(valueText("under_way", field("note"), "vi")).toBe("under_way");
});

it("shows attributes in the order and with the labels of the definition, the name apart", () => {
  const rows = rowsOf(LAYER, { open_from: "2025-07-01", name: "Trà Lý", area_km2: 12.5 }, "vi");
  expect(rows).toEqual([
    { label: "Diện tích", value: "12,5\u00a0km²" },
    { label: "Mở từ ngày", value: "01/07/2025" },
  ]);
});

it("calls a feature by its name, else by its layer and number", () => {
  expect(nameOf(LAYER, 7, { name: "Trà Lý" })).toBe("Trà Lý");
  expect(nameOf(LAYER, 7, { name: null })).toBe("Xã 7");
});
