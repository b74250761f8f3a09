import { expect, it } from "vitest";

import { answerOf, noticeText, sentenceOf, studiedLayers, type Study } from "../src/answer";

const FIGURES = { total: 1000, covered: 805, uncovered: 195, share: 0.805 };

function study(parameters: Study["parameters"], all: Study["totals"]["all"] = FIGURES): Study {
  return {
    id: "coverage_1",
    inputs: { facilities: { layer: "one_stop_office" }, zones: { layer: "commune" } },
    parameters,
    totals: { all },
    zones: [],
    notices: [],
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
  expect(plain(sentenceOf(asked, "Bộ phận một cửa", "vi").reached)).toBe(vi);
  expect(plain(sentenceOf(asked, "Bộ phận một cửa", "en").reached)).toBe(en);
});

it("names those outside, and only when there are any", () => {
  const radius = { measure: "straight_radius", mode: null, limit: 3000 };
  expect(sentenceOf(study(radius), "Chợ", "vi").outside).toBe("195 người ở ngoài.");
  const everybody = { total: 1000, covered: 1000, uncovered: 0, share: 1 };
  expect(sentenceOf(study(radius, everybody), "Chợ", "vi").outside).toBeNull();
});

it("keeps the capitals of an acronym inside the sentence", () => {
  const radius = { measure: "straight_radius", mode: null, limit: 3000 };
  expect(sentenceOf(study(radius), "UBND xã", "vi").reached).toContain("quanh UBND xã");
});

it("ranks the units by people outside, ties by id, and leaves out those without any", () => {
  const zone = (id: string, uncovered: number) => ({ id, name: id, total: 100, covered: 100 - uncovered, uncovered, share: 0 });
  const zones = [zone("b", 5), zone("a", 5), zone("c", 9), zone("d", 0)];
  const found = answerOf({ ...study({ measure: "straight_radius", mode: null, limit: 1 }), zones });
  expect(found.worst.map((one) => one.id)).toEqual(["c", "a", "b"]);
});

it("names the layers that the study read, units first", () => {
  const found = answerOf(study({ measure: "straight_radius", mode: null, limit: 1 }));
  expect(studiedLayers(found)).toEqual(["commune", "one_stop_office"]);
  expect(studiedLayers(null)).toEqual([]);
});

it("hides what the service hides", () => {
  const hidden = { total: null, covered: null, uncovered: null, share: null };
  const told = sentenceOf(study({ measure: "straight_radius", mode: null, limit: 3000 }, hidden), "Chợ", "vi");
  expect(told.reached).toMatch(/^– người dân/);
  expect(told.outside).toBeNull();
});

it("says a notice with its numbers, and nothing for a code it has no words for", () => {
  const words = { near_border: { vi: "{people} người ở gần ranh giới.", en: "{people} people live near the border." } };
  const notice = { code: "near_border", params: { people: 12345 } };
  expect(noticeText(notice, words, "vi")).toBe("12.345 người ở gần ranh giới.");
  expect(noticeText(notice, words, "en")).toBe("12,345 people live near the border.");
  expect(noticeText({ code: "unheard_of", params: {} }, words, "en")).toBeNull();
});
