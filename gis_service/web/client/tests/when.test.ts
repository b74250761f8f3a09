import { describe, expect, it } from "vitest";

import { layerOf } from "../src/layers";
import type { City, Field } from "../src/page";
import { dayIn, hasDistricts, phaseDays, rowsOn, rowsText, vintageDays, vintageOn } from "../src/when";

const text = { vi: "", en: "" };
const field = (name: string, isDate = false): Field => ({ name, label: text, unit: null, words: {}, ...(isDate ? { isDate } : {}) });
const CITY = {
  counts: { commune_2024: 242 }, former: [],
  phases: [
    { id: "phase_1", title: { vi: "Giai đoạn 1", en: "Phase 1" }, from: "2020-01-01", to: "2023-01-01" },
    { id: "phase_2", title: { vi: "Giai đoạn 2", en: "Phase 2" }, from: "2023-01-01", to: "2026-01-01" },
  ],
  vintages: [
    { id: "new", layer: "commune", title: text, level: "commune", from: "2025-07-01", to: null },
    { id: "old", layer: "commune_2024", title: text, level: "commune", from: "2024-11-10", to: "2025-07-01" },
    { id: "districts", layer: "district_2024", title: text, level: "district", from: "2019-04-01", to: "2025-07-01" },
  ],
  fields: {
    office: [field("open_from", true), field("open_to", true)], school: [field("open_to", true)], said: [field("open_to")],
    projects: [field("phase")], roads: [],
  },
} as unknown as City;
const LAYER = Object.fromEntries(["office", "school", "said", "projects", "roads"].map((id) => [id, layerOf({ id }, CITY)]));

function rows(id: string, day: string | null): string | null {
  const layer = LAYER[id];
  return layer ? rowsOn(layer, day, CITY) : null;
}

describe("the day that is shown", () => {
  it.each([["2024-12-31", "2024-12-31"], ["2024-02-30", null], ["2024-1-1", null], ["now", null], ["", null], [null, null]])("%s in an address is %s", (given, day) => {
    expect(dayIn(given)).toBe(day);
  });

  it("is the last one of a phase or of former units", () => {
    expect(phaseDays(CITY, "en")).toEqual([{ day: "2022-12-31", name: "Phase 1" }, { day: "2025-12-31", name: "Phase 2" }]);
    expect(vintageDays(CITY, "en")).toEqual([{ day: "2025-06-30", name: "242 communes 2024–2025" }]);
  });

  it("has the communes of then, else the districts, else none", () => {
    expect(["2026-01-01", "2025-06-30", "2022-12-31", "2010-01-01"].map((day) => vintageOn(day, CITY)?.id ?? null)).toEqual(["new", "old", "districts", null]);
  });

  it("has districts while their list holds, and always where there is no list", () => {
    expect(["2019-03-31", "2022-12-31", "2025-06-30", "2025-07-01"].map((day) => hasDistricts(day, CITY))).toEqual([false, true, true, false]);
    expect(hasDistricts("2026-01-01", { ...CITY, vintages: CITY.vintages.slice(0, 2) })).toBe(true);
  });
});

describe("the rows of a day", () => {
  it("are the places that are open then", () => {
    expect(rows("office", "2025-06-30")).toBe("(open_from IS NULL OR open_from <= DATE('2025-06-30')) AND (open_to IS NULL OR open_to > DATE('2025-06-30'))");
    expect(rows("school", "2025-06-30")).toBe("(open_to IS NULL OR open_to > DATE('2025-06-30'))");
  });

  it("are the projects of its phase", () => {
    expect(rows("projects", "2022-12-31")).toBe("phase = 'phase_1'");
    expect(rows("projects", "2040-01-01")).toBeNull();
  });

  it("are all rows where a layer knows of no time, and where no day is chosen", () => {
    expect([rows("roads", "2022-12-31"), rows("said", "2022-12-31"), rows("office", null)]).toEqual([null, null, null]);
  });

  it("are told in words", () => {
    expect(LAYER["office"] && rowsText(LAYER["office"], "2025-06-30", CITY, "vi")).toBe("mở cửa ngày 30/06/2025");
    expect(LAYER["projects"] && rowsText(LAYER["projects"], "2022-12-31", CITY, "en")).toBe("phase 1");
    expect(LAYER["roads"] && rowsText(LAYER["roads"], "2022-12-31", CITY, "en")).toBeNull();
  });
});
