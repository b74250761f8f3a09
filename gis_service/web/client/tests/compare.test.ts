import type { FeatureCollection } from "geojson";
import type { StyleSpecification } from "maplibre-gl";
import { describe, expect, it } from "vitest";

import type { Figures, Zone } from "../src/answer";
import { asksIn, asksText, EDITS, TODAY } from "../src/compare/asks";
import { canKeep } from "../src/compare/kept";
import { styleWith } from "../src/compare/second";
import { netOf, pointsOf, rowsOf, rowsOfCounted, type Shown } from "../src/compare/sides";
import { COMPARE } from "../src/compare/words";
import { WAYS } from "../src/ways/words";

const SCENARIO = "scenario_9a8e9023428d9743";

function figures(covered: number | null, total = 100): Figures {
  return { total, covered, uncovered: covered === null ? null : total - covered, share: covered === null ? null : covered / total };
}

function shown(side: string, zones: readonly Zone[]): Shown {
  return { side, title: null, zones, figures: figures(0), edits: [], left: 0, difference: null };
}

describe("what an address asks to compare", () => {
  it.each([
    { before: TODAY, after: EDITS, way: "swipe", study: null },
    { before: SCENARIO, after: "scenario_01", way: "halves", study: null },
    { before: TODAY, after: SCENARIO, way: "change", study: "compare_09fb51797d67198ddbfd94ff" },
  ] as const)("comes back as it went into it: $before and $after", (asks) => {
    expect(asksIn(asksText(asks))).toEqual(asks);
    expect(new URLSearchParams({ asks: asksText(asks) }).toString()).toBe(`asks=${asksText(asks)}`);
  });

  it.each(["", "compare", "compare.today.edits", "compare.today.edits.fly", "compare.today.9.swipe", "compare.today.edits.swipe.x_1_2.more", "siting.today.edits.swipe"])(
    "is nothing where it cannot be read: %s", (text) => expect(asksIn(text)).toBeNull());

  it("shows no study of a name that none has", () => {
    expect(asksIn("compare.today.edits.change.../x")).toBeNull();
    expect(asksIn("compare.today.edits.change.X")?.study).toBeNull();
  });

  it.each([
    [TODAY, EDITS, true], [TODAY, SCENARIO, true], [SCENARIO, TODAY, true], [SCENARIO, EDITS, false], [EDITS, TODAY, false], [TODAY, TODAY, false],
  ])("can be kept, or not: %s and %s", (before, after, can) => expect(canKeep(before, after)).toBe(can));
});

describe("two sides", () => {
  const before = shown(TODAY, [{ id: "a", name: "A", ...figures(50) }, { id: "b", name: "B", ...figures(40) }, { id: "c", name: "C", ...figures(null) }, { id: "d", name: "D", ...figures(9) }]);
  const after = shown(EDITS, [{ id: "a", name: "A", ...figures(45) }, { id: "b", name: "B", ...figures(70) }, { id: "c", name: "C", ...figures(60) }, { id: "d", name: "D", ...figures(9) }]);

  it("differ in units, those with most people first; a hidden figure stays hidden", () => {
    const rows = rowsOf(before, after);
    expect(rows.map(({ id, people }) => [id, people])).toEqual([["b", 30], ["a", -5], ["c", null]]);
    expect(rows.map((row) => pointsOf(row)?.toFixed(1) ?? null)).toEqual(["30.0", "-5.0", null]);
    expect(rowsOf(before, before)).toEqual([]);
  });

  it("turned about differ by as much the other way", () => {
    const back = new Map(rowsOf(after, before).map((row) => [row.id, row.people]));
    for (const { id, people } of rowsOf(before, after)) expect(back.get(id)).toBe(people === null ? null : -people);
  });

  it("are told one by one where a difference is known, in the group that is asked about", () => {
    const counts = { total: 100, before: 40, after: 70, won: 35, lost: 5, share_before: 0.4, share_after: 0.7 };
    const hidden = { ...counts, before: null, won: null };
    const told = { totals: {}, generated_data: false, zones: [{ id: "b", name: "B", ...counts, groups: { age_60: hidden } }] };
    expect(rowsOfCounted(told, "all")).toEqual([{ id: "b", name: "B", before: 0.4, after: 0.7, people: 30, won: 35, lost: 5 }]);
    expect(rowsOfCounted(told, "age_60")).toEqual([{ id: "b", name: "B", before: 0.4, after: 0.7, people: null, won: null, lost: 5 }]);
  });

  it("have no net where one of them is hidden", () => {
    expect([netOf(figures(5), figures(9)), netOf(figures(null), figures(9)), netOf(figures(5), figures(null))]).toEqual([4, null, null]);
  });
});

it("draws the second map like the first, but for its own data and colours", () => {
  const empty: FeatureCollection = { type: "FeatureCollection", features: [] };
  const style: StyleSpecification = {
    version: 8, sources: { edits: { type: "geojson", data: empty }, base: { type: "vector", tiles: [] } },
    layers: [{ id: "area", type: "fill", source: "base", paint: { "fill-color": "red", "fill-opacity": 1 } }, { id: "dots", type: "circle", source: "edits" }],
  };
  const data: FeatureCollection = { type: "FeatureCollection", features: [{ type: "Feature", properties: {}, geometry: { type: "Point", coordinates: [1, 2] } }] };
  const second = styleWith(style, { edits: data, base: data, none: data }, { area: { "fill-color": "blue" }, none: { "fill-color": "blue" } });
  expect(second.sources).toEqual({ edits: { type: "geojson", data }, base: { type: "vector", tiles: [] } });
  expect(second.layers).toEqual([{ id: "area", type: "fill", source: "base", paint: { "fill-color": "blue", "fill-opacity": 1 } }, style.layers[1]]);
  expect(style.layers[0]).toMatchObject({ paint: { "fill-color": "red" } });
});

it("has all its words in both languages", () => {
  for (const { vi, en } of Object.values({ ...COMPARE, ...WAYS })) expect([vi, en].every((text) => text.length > 0)).toBe(true);
});
