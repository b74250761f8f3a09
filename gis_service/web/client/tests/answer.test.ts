import { expect, it } from "vitest";

import { changeBetween, figuresOf, pointsText, sentenceOf, zonesOf, type Coverage, type Figures, type Study, type Zone } from "../src/answer";
import { toldBy } from "../src/notices";

const FIGURES = { total: 1000, covered: 805, uncovered: 195, share: 0.805 };

function study(parameters: Study["parameters"], all: Figures = FIGURES): Study {
  return {
    id: "coverage_1",
    inputs: { facilities: { layer: "one_stop_office" }, zones: { layer: "commune" } },
    parameters,
    totals: { all },
    zones: [],
  };
}

function plain(text: string | null): string | null {
  return text?.replaceAll("\u00a0", " ") ?? null;
}

it.each([
  [{ measure: "network_time", mode: "motorbike", limit: 600 },
    "80,5 % người dân đến được bộ phận một cửa trong 10 phút bằng xe máy.",
    "80.5% of residents reach bộ phận một cửa within 10 minutes by motorbike."],
  [{ measure: "network_distance", mode: "walk", limit: 500 },
    "80,5 % người dân đến được bộ phận một cửa trong 500 m đường, đi bộ.",
    "80.5% of residents reach bộ phận một cửa within 500 m of road on foot."],
  [{ measure: "straight_radius", mode: null, limit: 3000 },
    "80,5 % người dân ở trong bán kính 3 km (đường chim bay) quanh bộ phận một cửa.",
    "80.5% of residents live within 3 km (as the crow flies) of bộ phận một cửa."],
])("says %o as a sentence", (parameters, vi, en) => {
  const asked = study(parameters);
  expect(plain(sentenceOf(asked, asked.totals["all"] ?? FIGURES, "Bộ phận một cửa", null, "vi").reached)).toBe(vi);
  expect(plain(sentenceOf(asked, asked.totals["all"] ?? FIGURES, "Bộ phận một cửa", null, "en").reached)).toBe(en);
});

it.each([
  [{ measure: "network_time", mode: "car", limit: 600, direction: "from_facility", turnout_s: 60 },
    "80,5 % người dân được đội cứu hoả tiếp cận trong 10 phút bằng ô tô, kể cả 1 phút chuẩn bị xuất phát.",
    "80.5% of residents are reached from đội cứu hoả within 10 minutes by car, 1 minute of turn-out included."],
  [{ measure: "network_distance", mode: "car", limit: 1250, direction: "from_facility", turnout_s: 0 },
    "80,5 % người dân được đội cứu hoả tiếp cận trong 1,25 km đường, bằng ô tô.",
    "80.5% of residents are reached from đội cứu hoả within 1.25 km of road by car."],
  [{ measure: "straight_radius", mode: null, limit: 5000, direction: "from_facility", turnout_s: 0 },
    "80,5 % người dân ở trong bán kính 5 km (đường chim bay) quanh đội cứu hoả.",
    "80.5% of residents live within 5 km (as the crow flies) of đội cứu hoả."],
])("says by whom the way is gone: %o", (parameters, vi, en) => {
  const asked = study(parameters);
  expect(plain(sentenceOf(asked, FIGURES, "Đội cứu hoả", null, "vi").reached)).toBe(vi);
  expect(plain(sentenceOf(asked, FIGURES, "Đội cứu hoả", null, "en").reached)).toBe(en);
});

it("says in the sentence that data is generated", () => {
  const asked = { ...study({ measure: "network_time", mode: "walk", limit: 435 }), generated_data: true };
  expect(plain(sentenceOf(asked, FIGURES, "Chợ", null, "vi").reached)).toBe("80,5 % người dân đến được chợ trong 7 phút 15 giây đi bộ (dữ liệu minh hoạ).");
  expect(sentenceOf(asked, FIGURES, "Markets", null, "en").reached).toMatch(/ on foot \(generated data\)\.$/);
});

it.each([
  [-12.34, "−12,3 điểm phần trăm", "−12.3 percentage points"],
  [1, "+1 điểm phần trăm", "+1 percentage point"],
])("says a difference of %d", (points, vi, en) => {
  expect([pointsText(points, "vi"), pointsText(points, "en")]).toEqual([vi, en]);
});

it("names those outside, and only when there are any", () => {
  const radius = { measure: "straight_radius", mode: null, limit: 3000 };
  expect(sentenceOf(study(radius), FIGURES, "Chợ", null, "vi").outside).toBe("195 người ở ngoài.");
  const everybody = { total: 1000, covered: 1000, uncovered: 0, share: 1 };
  expect(sentenceOf(study(radius), everybody, "Chợ", null, "vi").outside).toBeNull();
});

it("keeps the capitals of an acronym inside the sentence", () => {
  const radius = { measure: "straight_radius", mode: null, limit: 3000 };
  expect(sentenceOf(study(radius), FIGURES, "UBND xã", null, "vi").reached).toContain("quanh UBND xã");
});

it("hides what the service hides", () => {
  const hidden = { total: null, covered: null, uncovered: null, share: null };
  const told = sentenceOf(study({ measure: "straight_radius", mode: null, limit: 3000 }), hidden, "Chợ", null, "vi");
  expect(told.reached).toMatch(/^– người dân/);
  expect(told.outside).toBeNull();
});

it("speaks of one age group by its title", () => {
  const asked = study({ measure: "network_time", mode: "walk", limit: 900 });
  const group = { vi: "Từ 60 tuổi", en: "Aged 60 and over" };
  expect(plain(sentenceOf(asked, FIGURES, "Chợ", group, "vi").reached)).toBe("80,5 % người dân từ 60 tuổi đến được chợ trong 15 phút đi bộ.");
  expect(sentenceOf(asked, FIGURES, "Markets", group, "en").reached).toContain("of residents aged 60 and over reach markets");
  // As the service says it: "… of … people aged 3–5 have …", "người 3–5 tuổi".
  const children = { vi: "3–5 tuổi", en: "Aged 3–5" };
  expect(plain(sentenceOf(asked, FIGURES, "Trường mầm non", children, "vi").reached)).toContain("người dân 3–5 tuổi đến được");
  expect(sentenceOf(asked, FIGURES, "Kindergartens", children, "en").reached).toContain("of residents aged 3–5 reach kindergartens");
});

function zone(id: string, covered: number | null): Zone {
  return { id, name: `Xã ${id}`, total: 100, covered, uncovered: covered === null ? null : 100 - covered, share: covered === null ? null : covered / 100 };
}

it("takes the figures of one group where they are asked for", () => {
  const old = { total: 10, covered: 4, uncovered: 6, share: 0.4 };
  const found = { ...study({ measure: "x", mode: null, limit: 1 }), totals: { all: FIGURES, age_60: old }, zones: [{ ...zone("a", 50), groups: { age_60: old } }, zone("b", 9)] };
  expect(figuresOf(found, "age_60")).toBe(old);
  expect(figuresOf(found, "age_3_5").share).toBeNull();
  expect(zonesOf(found, "age_60").map((one) => one.covered)).toEqual([4, null]);
  expect(zonesOf(found, "all")).toBe(found.zones);
});

it("ranks the units by the people they lose, ties by id, hidden and gaining ones left out", () => {
  const of = (share: number, ...zones: Zone[]): Study => ({ ...study({ measure: "x", mode: null, limit: 1 }, { ...FIGURES, share }), zones });
  const before = of(0.9, zone("a", 90), zone("b", 90), zone("c", null), zone("d", 50), zone("e", 99), zone("outside", 90));
  const after = of(0.75, zone("a", 80), zone("b", 80), zone("c", 10), zone("d", 60), zone("e", null), zone("outside", 0));
  const change = changeBetween(before, after, "all");
  expect(change?.points).toBeCloseTo(-15);
  expect(change?.losers.map(({ id, lost }) => [id, lost])).toEqual([["a", 10], ["b", 10]]);
});

it("says a notice with its numbers and titles, and in the service's words where it has none", () => {
  const titles = { layers: new Map([["roads", "Đường"]]), standards: new Map([["s", "Chợ: 10 phút"]]) };
  const words = {
    near: { vi: "{people} người, {standard}", en: "{people} people, {standard}" },
    made: { vi: "Minh hoạ ({layers})", en: "Made ({layers})" },
  };
  const answer = {
    notices: [{ code: "near", params: { people: 12345, standard: "s" } }, { code: "made", params: { layers: "roads, homes" } }, { code: "odd" }],
    notice_texts: [{ code: "near", vi: "", en: "" }, { code: "made", vi: "", en: "" }, { code: "odd", vi: "Lạ.", en: "Odd." }],
  } as unknown as Coverage;
  expect(toldBy(answer, words, titles, "vi").map(({ text }) => text)).toEqual(["12.345 người, “Chợ: 10 phút”", "Minh hoạ (đường, homes)", "Lạ."]);
  expect(toldBy(answer, words, titles, "en")[0]?.text).toBe("12,345 people, “Chợ: 10 phút”");
});
