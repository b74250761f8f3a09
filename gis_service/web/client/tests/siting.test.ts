import { describe, expect, it } from "vitest";

import type { City } from "../src/page";
import type { Question } from "../src/question";
import { askIn, askText, hasCandidates, requestOf, standingOf, usualAsk, withLayer, withoutPlace, withPlace, withStanding } from "../src/siting/ask";
import { rowsText } from "../src/siting/candidates";
import { sitesCsv } from "../src/siting/csv";
import { drawnOf, withMark, type Mark } from "../src/siting/history";
import { drawnEdits, gapText, rangeText, scenarioOf, sentenceOf, studyOf, takenOver, worthText, type PlanStudy } from "../src/siting/plan";

const WORDS = { public_building: { vi: "công trình công cộng", en: "public building" }, farmland: { vi: "đất nông nghiệp", en: "farmland" } };
const CITY = {
  counts: { land_use: 12, settlement: 3 },
  fields: { land_use: [{ name: "use", label: { vi: "Loại đất", en: "Use" }, unit: null, words: WORDS }], settlement: [] },
  standards: [{ id: "walk", group: "all" }],
} as unknown as City;
const QUESTION = { standard: "walk", group: "all" } as unknown as Question;
const QUERY = "standard=walk&vintage=now";

describe("what is asked of siting", () => {
  it("is public land to begin with, villages or pressed places where there is none", () => {
    expect(usualAsk(CITY)).toMatchObject({ model: "mclp", sites: 10, layer: "land_use", values: ["public_building"] });
    expect(usualAsk({ ...CITY, counts: { settlement: 3 } })).toMatchObject({ layer: "settlement", values: [] });
    const bare = usualAsk({ ...CITY, counts: {} });
    expect([bare.layer, hasCandidates(bare), hasCandidates(withPlace(bare, [106, 20]))]).toEqual([null, false, true]);
  });

  it("comes back from an address as it went into it", () => {
    let ask = withPlace(withPlace(withLayer({ ...usualAsk(CITY), model: "p-center", sites: 3 }, null, CITY), [106.123456, 20.4]), [106.2, 20.5]);
    ask = { ...withStanding(withStanding(ask, "n1", "fixed"), "n2", "excluded"), budget: 500, spacing: 800, closable: true, draws: 10, patience: 120, study: "siting_0af" };
    ask = { ...ask, places: ask.places.map((one) => ({ ...one, cost: 40 })) };
    expect(askIn(askText(ask, CITY), CITY)).toEqual(ask);
    expect(askText(usualAsk(CITY), CITY)).toBe("");
    const land = { ...usualAsk(CITY), values: ["farmland", "public_building"], costField: "use", thin: 250 };
    expect(askIn(askText(land, CITY), CITY)).toEqual(land);
  });

  it("is as usual where an address says what cannot be", () => {
    for (const text of ["n0", "n2.5", "m9", "lNo/where", "d7", "t1", "sx", "z", "b-1", "pn1_400_20", "i<x>"]) {
      expect(askIn(text, CITY)).toEqual(usualAsk(CITY));
    }
  });

  it("asks of the service in its own words", () => {
    expect(requestOf(usualAsk(CITY), QUESTION, QUERY, CITY)).toEqual({
      standard: "walk", vintage: "now", model: "mclp", sites: 10, time_limit_s: 30,
      candidates: { layers: [{ layer: "land_use", where: { use: ["public_building"] } }] },
    });
    const pressed = { ...withPlace({ ...usualAsk(CITY), layer: null, budget: 9 }, [106.1, 20.2]), closable: true, fixed: ["n1"] };
    expect(requestOf(pressed, { ...QUESTION, group: "age_60" }, QUERY, CITY)).toMatchObject({
      budget: 9, candidates: { places: [{ id: "n1", lon: 106.1, lat: 20.2 }] }, closable: true, fixed: ["n1"], weights: { age_60: 1 },
    });
    const fewest = requestOf({ ...usualAsk(CITY), model: "lscp", budget: 9 }, QUESTION, QUERY, CITY);
    expect("sites" in fewest || "budget" in fewest).toBe(false);
  });

  it("takes a layer that not everybody may read, which the page was not written with", () => {
    expect(askIn("lresidents*n3", CITY)).toMatchObject({ layer: "residents", values: [], sites: 3 });
  });

  it("locks or excludes a candidate, never both, and takes it back", () => {
    let ask = withStanding(usualAsk(CITY), "land_use.1", "fixed");
    expect(standingOf(ask, "land_use.1")).toBe("fixed");
    ask = withStanding(ask, "land_use.1", "excluded");
    expect([ask.fixed, ask.excluded]).toEqual([[], ["land_use.1"]]);
    ask = withStanding(ask, "land_use.1", "excluded");
    expect(standingOf(ask, "land_use.1")).toBe("free");
    expect(withoutPlace(withStanding(withPlace(ask, [1, 2]), "n1", "fixed"), "n1")).toMatchObject({ places: [], fixed: [] });
  });

  it("finds its candidates by quoted values", () => {
    expect(rowsText(usualAsk(CITY), CITY)).toBe("use IN ('public_building')");
    expect(rowsText({ ...usualAsk(CITY), values: ["o'x"] }, CITY)).toBe("use IN ('o''x')");
    expect(rowsText({ ...usualAsk(CITY), layer: "settlement" }, CITY)).toBeNull();
  });
});

const FRAME = { width: 100, height: 50, top: 5, bottom: 5 };

describe("the history of a search", () => {
  it("is drawn from the first plan on, the best below the bound until they meet", () => {
    expect(drawnOf([], 1, FRAME)).toBeNull();
    const marks: readonly Mark[] = [{ at: 0, best: null, bound: 900 }, { at: 1, best: 50, bound: 150 }, { at: 2, best: 100, bound: 100 }];
    const drawn = drawnOf(marks, 2, FRAME);
    expect(drawn?.bound).toBe("M0.0 5.0H50.0V5.0H100.0V25.0");
    expect(drawn?.best).toBe("M50.0 45.0H100.0V25.0");
    expect(drawn?.between).toBe("M50.0 45.0H100.0V25.0V25.0H100.0V5.0H50.0Z");
    expect(drawn?.end).toEqual({ x: 100, best: 25, bound: 25 });
  });

  it("stays short however long the search is, and keeps its newest mark", () => {
    let marks: readonly Mark[] = [];
    for (let at = 0; at < 2000; at += 1) marks = withMark(marks, at, at, 5000 - at);
    expect(marks.length).toBeLessThanOrEqual(400);
    expect(marks.at(-1)?.at).toBe(1999);
  });
});

const SITE = { id: "land_use.7", name: "Thôn Đông", commune: "Xã A", lon: 106.3, lat: 20.4, order: 1, gain: 900, cost: null, source: "land_use" };
const STUDY = {
  id: "siting_1", process: "siting", generated_data: false, zones: [], notices: [],
  totals: { all: { won: 1200 } },
  facilities: [{ id: "land_use.7", name: "", load_before: 0, load_after: 1000 }],
  parameters: { after: { measure: "network_time", mode: "walk", limit: 900 } },
  plan: { model: "mclp", objective: 1200, bound: 1230, gap: 0.025, status: "time_limit", mean: null, cost: null, sites: [SITE, { ...SITE, id: "x" }],
    closed: [], kept: [], candidates: { count: 9 }, uncoverable: { people: 0 } },
  scenario: { inputs: { standard: "walk" }, edits: [
    { op: "remove", id: "old" }, { op: "add", tmp_id: "land_use.7", geometry: { coordinates: [106.3, 20.4] } }, { op: "add", tmp_id: "x", geometry: { coordinates: [106.4, 20.5] } }] },
} as unknown as PlanStudy;

describe("a plan", () => {
  it("is told in a sentence, and how far from the best it can be", () => {
    const counts = { won: 1200 } as Parameters<typeof sentenceOf>[1];
    expect(sentenceOf(STUDY, counts, "Trạm y tế", "vi")).toBe("2 điểm mới đưa thêm 1.200 người đến được trạm y tế trong 15\u00a0phút đi bộ.");
    expect(sentenceOf(STUDY, counts, "Health stations", "en")).toBe("With 2 new places 1,200 more people reach health stations within 15\u00a0minutes on foot.");
    const mean = { ...STUDY, plan: { ...STUDY.plan, model: "p-median" as const, mean: 300 } };
    expect(sentenceOf(mean, counts, "x", "en")).toBe("With 2 new places the mean way is 5\u00a0minutes.");
    const far = { ...STUDY, plan: { ...STUDY.plan, model: "p-center" as const, objective: 600 } };
    expect(sentenceOf(far, counts, "x", "vi")).toBe("Với 2 điểm mới, không ai đi quá 10\u00a0phút.");
    const fewer = { ...STUDY, plan: { ...STUDY.plan, closed: ["a", "b"], kept: ["c"], sites: [] } };
    const after = { ...counts, after: 900 };
    expect(sentenceOf(fewer, after, "Trạm y tế", "vi")).toBe("Giữ 1 trong 3 điểm đang có: 900 người đến được trạm y tế trong 15\u00a0phút đi bộ.");
    expect(sentenceOf({ ...fewer, plan: { ...fewer.plan, sites: [SITE] } }, after, "Health stations", "en"))
      .toBe("With 1 of 3 places kept, 1 new place, 900 people reach health stations within 15\u00a0minutes on foot.");
    expect(gapText(0.025, false, "vi")).toBe("Kém phương án tốt nhất có thể nhiều nhất 2,5\u00a0%.");
    expect(gapText(0.025, true, "en")).toBe("Proved: no plan is better.");
    expect(gapText(null, false, "en")).toContain("not known");
  });

  it("counts what its model counts", () => {
    expect(worthText(1200.4, "mclp", "s", "vi")).toBe("1.200 người");
    expect(worthText(8, "lscp", "s", "en")).toBe("8 places");
    expect(worthText(7_200_000, "p-median", "s", "en")).toBe("2,000 person-hours");
    expect(worthText(600, "p-center", "s", "en")).toBe("10\u00a0minutes");
  });

  it("tells the range of its draws where anybody asked for them", () => {
    expect(rangeText(STUDY.plan, "s", "vi")).toBeNull();
    const drawn = { draws: 10, sites: [], others: [], p5: 900, p95: 1500.4 };
    expect(rangeText({ ...STUDY.plan, under_draws: drawn }, "s", "vi")).toBe("Thử lại 10 lần trong khoảng giả định: từ 900 người đến 1.500 người.");
    expect(rangeText({ ...STUDY.plan, under_draws: { ...drawn, p5: null } }, "s", "en")).toBeNull();
  });

  it("tells what a site takes off others, as far as the reader may know", () => {
    expect(takenOver(STUDY, SITE)).toBe(100);
    expect(takenOver(STUDY, { ...SITE, gain: null })).toBeNull();
    expect(takenOver(STUDY, { ...SITE, id: "elsewhere" })).toBeNull();
  });

  it("goes on with the sites that are taken: as edits on the map, as a scenario", () => {
    const places = [{ fid: 5, code: "old" }] as unknown as Parameters<typeof drawnEdits>[2];
    expect(drawnEdits(STUDY, new Set(["land_use.7"]), places)).toEqual([{ op: "close", target: 5 }, { op: "add", target: "n1", at: [106.4, 20.5] }]);
    expect(scenarioOf(STUDY, new Set(["x"]), "Hai")).toEqual({ title: "Hai", inputs: { standard: "walk" }, edits: STUDY.scenario?.edits.slice(0, 2) });
  });

  it("is a file whose rows say what was asked, hidden figures empty", () => {
    const [head, first, second] = sitesCsv(STUDY).replace("\ufeff", "").split("\r\n");
    expect(head).toBe("order,id,name,commune,lon,lat,gain,taken_over,cost,source,chosen_share,model,objective,bound,gap,status,service,standard,measure,mode,limit,vintage,study,generated_data");
    expect(first).toBe("1,land_use.7,Thôn Đông,Xã A,106.3,20.4,900,100,,land_use,,mclp,1200,1230,0.025,time_limit,,,network_time,walk,900,,siting_1,false");
    expect(second).toContain("1,x,Thôn Đông,Xã A,106.3,20.4,900,,,");
  });

  it("is found by the link of its job", () => {
    const job = { jobID: "j", status: "successful", message: "", progress: 100 } as const;
    expect(studyOf({ ...job, links: [{ href: "http://x/api/jobs/j", rel: "self" }, { href: "http://x/api/studies/siting_1", rel: "related" }] })).toBe("siting_1");
    expect(studyOf({ ...job, links: [] })).toBeNull();
  });
});
