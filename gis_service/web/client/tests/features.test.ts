import { expect, it } from "vitest";

import { middleOf, nameOf, rowsOf, valueText } from "../src/features";
import { layerOf } from "../src/layers";
import { lookOf } from "../src/legend";

const LAYER = {
  ...layerOf({ id: "commune", title: "Xã", geometry: "Point" }, {
    title: { vi: "", en: "" }, bbox: [0, 0, 1, 1], categories: [], former: [], services: [], standards: [], groups: [], modes: [], vintages: [], keys: {}, notices: {}, counts: {},
    fields: {
      commune: [
        { name: "name", label: { vi: "Tên", en: "Name" }, unit: null },
        { name: "area_km2", label: { vi: "Diện tích", en: "Area" }, unit: "km2" },
        { name: "open_from", label: { vi: "Mở từ ngày", en: "Open from" }, unit: null },
      ],
    },
  }),
  look: lookOf("commune", "boundaries", "Point"),
};

it.each([
  [null, null, "không có"], ["", null, "không có"], [true, null, "có"], [false, null, "không"],
  [9.32, "km²", "9,32\u00a0km²"], ["2025-07-01", null, "01/07/2025"], ["<b>x</b>", null, "<b>x</b>"],
])("writes %o", (value, unit, text) => {
  expect(valueText(value, unit, "vi")).toBe(text);
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

it("finds the middle of any geometry", () => {
  expect(middleOf({ type: "Point", coordinates: [106, 20] })).toEqual([106, 20]);
  expect(middleOf({ type: "LineString", coordinates: [[0, 0], [4, 2]] })).toEqual([2, 1]);
  expect(middleOf({ type: "GeometryCollection", geometries: [{ type: "Point", coordinates: [1, 1] }] })).toEqual([1, 1]);
  expect(middleOf(null)).toBeNull();
});
