import { expect, it } from "vitest";

import type { City, Vintage } from "../src/page";
import { ofLevel, unitCount, validityText, vintageText } from "../src/vintages";

const title = { vi: "Danh sách", en: "The list" };
const TODAY: Vintage = { id: "n", layer: "commune", title, level: "commune", from: "2025-07-01", to: null };
const BEFORE: Vintage = { ...TODAY, id: "o", layer: "commune_2024", from: "2024-11-10", to: "2025-07-01" };
const DISTRICTS: Vintage = { ...TODAY, id: "d", layer: "district_2024", level: "district", from: "2019-04-01", to: "2025-07-01" };
const CITY = { counts: { commune: 65, commune_2024: 242, district_2024: 8 } } as unknown as City;

it.each([
  [TODAY, "65 xã từ 2025", "65 communes since 2025"],
  [BEFORE, "242 xã 2024–2025", "242 communes 2024–2025"],
  [DISTRICTS, "8 huyện 2019–2025", "8 districts 2019–2025"],
  [{ ...BEFORE, layer: "gone" }, "xã 2024–2025", "communes 2024–2025"],
  [{ ...BEFORE, to: "2025-01-01" }, "242 xã 2024", "242 communes 2024"],
] as const)("a list of units is called by its number and its years", (vintage, vi, en) => {
  expect(vintageText(vintage, CITY, "vi")).toBe(vi);
  expect(vintageText(vintage, CITY, "en")).toBe(en);
});

it("its first and its last day are told in words", () => {
  expect(validityText(TODAY, "vi")).toBe("Danh sách: có giá trị từ ngày 01/07/2025 đến nay");
  expect(validityText(BEFORE, "vi")).toBe("Danh sách: có giá trị từ ngày 10/11/2024 đến hết ngày 30/06/2025");
  expect(validityText(BEFORE, "en")).toBe("The list: valid from 10 Nov 2024 until 30 Jun 2025");
});

it("districts are not called communes", () => {
  expect(unitCount(1, "district", "en")).toBe("1 district");
  expect(unitCount(3, "commune", "vi")).toBe("3 xã");
  expect([ofLevel("zone", "district"), ofLevel("zone", "commune"), ofLevel("outside", "district"), ofLevel("zone", undefined)])
    .toEqual(["zoneDistrict", "zone", "outside", "zone"]);
});
