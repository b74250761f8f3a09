import { beforeEach, expect, it } from "vitest";

import { asksIn, asksText, type Asks } from "../src/roadmap/asks";
import { firstText, inputsOf, millionIn } from "../src/roadmap/budgets";
import { curveOf, linesOf } from "../src/roadmap/curve";
import type { Best, Phase, Project, Roadmap, Service } from "../src/roadmap/document";
import { filled, moneyText } from "../src/roadmap/money";
import { featuresOf, zonesAt } from "../src/roadmap/onMap";
import { heartOf, placesOf } from "../src/roadmap/places";
import { grouped } from "../src/roadmap/rows";
import { secondsLeft, studyOf } from "../src/roadmap/runs";
import { countsBy, coverAt, isShown, mainService, standingOf, stopsOf, sumAt, type Stop } from "../src/roadmap/stops";
import { boundText, cutText, regretText, sentenceAt } from "../src/roadmap/told";
import { rowsAt } from "../src/roadmap/Units";

const cover = (covered: number | null) => ({ total: 1000, covered, uncovered: covered === null ? null : 1000 - covered, share: covered === null ? null : covered / 1000 });

function phase(id: string, from: string, to: string, covered: number | null): Phase {
  return {
    id, from, to, title: { vi: `Giai đoạn ${id.slice(-1)} (${from.slice(0, 4)}): nền tảng`, en: `Phase ${id.slice(-1)} (${from.slice(0, 4)}): first` },
    projects: 1, cost_million_vnd: 2500, budget_million_vnd: null, over_million_vnd: null, people_won: 0,
    services: { office: { ...cover(covered), won: 0 } },
  };
}

function project(code: string, told: Partial<Project>): Project {
  return {
    code, name: `Dự án ${code}`, sector: "health", service: "office", priority: 2, status: "proposed", planned_from: null, planned_to: null,
    actual_from: null, actual_to: null, cost_million_vnd: 500, requires: [], counts_from: null, counts_in: null, facility: null, people_reached: null,
    people_alone: null, people_in_order: null, people_per_billion_vnd: null, ...told,
  };
}

const SERVICE: Service = { id: "office", standard: "s", measure: "network_time", mode: "walk", limit: 900, group: "all", now: cover(400), before: cover(300) };
const DONE = project("a", { status: "commissioned", actual_to: "2021-05-01", counts_from: "2021-05-01", counts_in: "p1", people_in_order: 100, people_per_billion_vnd: 200 });
const LATE = project("b", { status: "under_way", planned_to: "2026-01-31", counts_from: "2026-06-30", counts_in: "p3", people_in_order: 50, people_per_billion_vnd: 300, priority: 1 });
const LATER = project("c", { planned_to: "2028-01-31", counts_from: "2028-01-31", counts_in: "p3", people_in_order: 30, sector: null });
const GONE = project("d", { status: "stopped" });

const ROADMAP: Roadmap = {
  id: "roadmap_1", process: "roadmap", inputs: {}, parameters: { day: "2026-06-30", carry_over: false, cut: null, phases: [{ id: "p1", budget_million_vnd: null }] },
  services: [SERVICE], phases: [phase("p1", "2020-01-01", "2023-01-01", 400), phase("p2", "2023-01-01", "2026-01-01", 400), phase("p3", "2026-01-01", "2031-01-01", 480)],
  projects: [DONE, LATE, LATER, GONE],
  cumulative: [
    { project: "a", phase: "p1", people: 100, cost_total_million_vnd: 500, people_total: 100 },
    { project: "b", phase: "p3", people: 50, cost_total_million_vnd: 1000, people_total: 150 },
    { project: "c", phase: "p3", people: 30, cost_total_million_vnd: 1500, people_total: 180 },
  ],
  units: [
    { id: "1", name: "An", services: { office: { total: 600, covered: { before: 100, p3: 200 }, share: { before: 1 / 6, p3: 1 / 3 } } } },
    { id: "2", name: "Bình", services: { office: { total: 400, covered: { before: 200, p3: 200 }, share: { before: 0.5, p3: 0.5 } } } },
  ],
  best: null, faults: [], notices: [],
};

let stops: readonly Stop[];
const at = (id: string): Stop => stops.find((one) => one.id === id) ?? { id, day: "", phase: -2 };

beforeEach(() => { stops = stopsOf(ROADMAP); });

it("holds what is asked in the address, and reads nothing into what is no ask", () => {
  const asks: Asks = { study: "roadmap_52f8", stop: "p2", service: "office", project: "DA*01/ô" };
  expect(asksIn(asksText(asks))).toEqual(asks);
  expect(asksIn("")).toEqual({ study: null, stop: null, service: null, project: null });
  expect(asksIn("s../../x*p%E0%A4%A*zq*vhospital")).toEqual({ study: null, stop: null, service: "hospital", project: null });
});

it("puts today where it belongs among the ends of the phases", () => {
  expect(stops.map(({ id, day }) => [id, day])).toEqual([
    ["before", "2019-12-31"], ["p1", "2022-12-31"], ["p2", "2025-12-31"], ["now", "2026-06-30"], ["p3", "2030-12-31"],
  ]);
  const early = stopsOf({ ...ROADMAP, parameters: { ...ROADMAP.parameters, day: "2019-06-01" } });
  expect(early.map(({ id }) => id)).toEqual(["now", "p1", "p2", "p3"]);
});

it("tells how projects stand, and which count by when", () => {
  expect([DONE, LATE, LATER, GONE].map((one) => standingOf(one, "2026-06-30"))).toEqual(["commissioned", "late", "planned", "stopped"]);
  const counted = (stop: string) => ROADMAP.projects.filter((one) => countsBy(one, at(stop), ROADMAP)).map(({ code }) => code);
  expect(["before", "p1", "now", "p3"].map(counted)).toEqual([[], ["a"], ["a"], ["a", "b", "c"]]);
  // What is being built is seen today, and does not count yet.
  expect(isShown(LATE, at("now"), ROADMAP)).toBe(true);
  expect(sumAt(ROADMAP, at("now"))).toEqual({ projects: 1, cost: 500, people: 100 });
  expect(sumAt(ROADMAP, at("p3"))).toEqual({ projects: 3, cost: 1500, people: 180 });
});

it("tells no people where they may not be told", () => {
  const closed = { ...ROADMAP, cumulative: ROADMAP.cumulative.map((one) => ({ ...one, people: null, people_total: null })) };
  expect(sumAt(closed, at("p3")).people).toBeNull();
  expect(curveOf(closed.cumulative)).toBeNull();
  expect(sentenceAt(closed, at("p3"), "en")).toBe("By the end of phase 3 (31 Dec 2030), 3 of 4 projects, with 1.5\u00a0billion dong, are commissioned.");
});

it.each([
  ["before", "vi", "Trước chương trình (31/12/2019): chưa tính dự án nào trong 4 dự án."],
  ["now", "vi", "Đến hôm nay (30/06/2026), 1 trong 4 dự án với 500\u00a0triệu đồng đưa dịch vụ đến thêm 100 lượt người."],
  ["p3", "vi", "Đến hết giai đoạn 3 (31/12/2030), 3 trong 4 dự án với 1,5\u00a0tỷ đồng đưa dịch vụ đến thêm 180 lượt người."],
  ["p1", "en", "By the end of phase 1 (31 Dec 2022), 1 of 4 projects, with 500\u00a0million dong, brings a service to 100 more people."],
] as const)("says what has come by %s in %s", (stop, language, said) => {
  expect(sentenceAt(ROADMAP, at(stop), language)).toBe(said);
});

it("draws money first and people when a project is commissioned", () => {
  const drawn = curveOf(ROADMAP.cumulative);
  expect(drawn?.dots.map(({ x }) => Math.round(x))).toEqual([115, 223, 330]);
  expect(drawn?.dots.at(-1)?.y).toBe(16);
  expect(drawn?.path.startsWith("M8.0 122.0H115.3V")).toBe(true);
  expect(drawn?.ends.map((one) => one.phase)).toEqual(["p1", "p3"]);
  expect(linesOf(ROADMAP, stops)[0]?.points.map(({ share }) => share)).toEqual([0.3, 0.4, 0.4, 0.4, 0.48]);
});

it("takes the service that moves most, and units where most are gained first", () => {
  expect(mainService(ROADMAP)).toBe("office");
  expect(coverAt(ROADMAP, "office", at("p3"))?.covered).toBe(480);
  expect(rowsAt(ROADMAP.units, "office", at("p3")).map(({ id, people }) => [id, people])).toEqual([["1", 100], ["2", 0]]);
  expect(zonesAt(ROADMAP.units, "office", at("p3"))[0]).toMatchObject({ covered: 200, uncovered: 400 });
  expect(zonesAt(ROADMAP.units, "nothing", at("p3"))[0]).toMatchObject({ share: null, total: null });
});

it("orders projects by sector and priority, by worth and by time", () => {
  const codes = (order: "sector" | "worth" | "time") => grouped(ROADMAP, order, ["education", "health"]).map(({ sector, projects }) => [sector, projects.map(({ code }) => code).join("")]);
  expect(codes("sector")).toEqual([["health", "bad"], ["", "c"]]);
  expect(codes("worth")).toEqual([[null, "bacd"]]);
  expect(codes("time")).toEqual([[null, "abcd"]]);
});

it("marks a project at its heart, and draws its shape beside", () => {
  const area = { type: "Polygon" as const, coordinates: [[[106, 20], [106.1, 20], [106.1, 20.1], [106, 20.1], [106, 20]]] };
  const heart = heartOf(area);
  expect(heart?.map((one) => Math.round(one * 100) / 100)).toEqual([106.05, 20.05]);
  expect(heartOf({ type: "LineString", coordinates: [[1, 2], [3, 4], [5, 6]] })).toEqual([3, 4]);
  expect([heartOf(null), heartOf({ type: "Polygon", coordinates: [] }), heartOf({ type: "GeometryCollection", geometries: [] })]).toEqual([null, null, null]);
  const found = placesOf([{ type: "Feature", properties: { code: "a" }, geometry: area }, { type: "Feature", properties: { code: "c" }, geometry: null as never }]);
  expect([...found.keys()]).toEqual(["a"]);
  expect(featuresOf(ROADMAP, at("p3"), found).features.map(({ geometry, properties }) => [geometry.type, properties?.["standing"]]))
    .toEqual([["Polygon", "commissioned"], ["Point", "commissioned"]]);
});

it.each([
  ["250", "vi", 250_000], ["250,5", "vi", 250_500], ["1.250,5", "vi", 1_250_500], ["1,250.5", "en", 1_250_500], [" ", "vi", null], ["-3", "vi", "wrong"],
  ["nhiều", "vi", "wrong"], ["1e9", "en", "wrong"],
] as const)("reads %s (%s) as million dong", (text, language, million) => {
  expect(millionIn(text, language)).toBe(million);
});

it("asks for what the fields say; without any budget they begin with what the plan costs", () => {
  expect(firstText(ROADMAP, "p1", "vi")).toBe("2,5");
  const told = { ...ROADMAP, parameters: { ...ROADMAP.parameters, phases: [{ id: "p1", budget_million_vnd: 7000 }, { id: "p3", budget_million_vnd: null }] } };
  expect([firstText(told, "p1", "en"), firstText(told, "p3", "en")]).toEqual(["7", ""]);
  const asked = { standards: { office: "s" }, carry_over: false };
  expect(inputsOf(told, { p3: "8" }, 20, "en")).toEqual({ ...asked, cut: 20, phases: [{ id: "p1", budget_million_vnd: 7000 }, { id: "p3", budget_million_vnd: 8000 }] });
  expect(inputsOf(told, { p1: "" }, 0, "en")).toEqual({ ...asked, phases: [{ id: "p1", budget_million_vnd: null }, { id: "p3", budget_million_vnd: null }] });
  expect(inputsOf(told, { p1: "x" }, 0, "en")).toBeNull();
});

it("says what money and templates say", () => {
  expect([moneyText(995_300, "vi"), moneyText(800, "en"), moneyText(0, "vi")]).toEqual(["995,3\u00a0tỷ đồng", "800\u00a0million dong", "0\u00a0tỷ đồng"]);
  const words = { vi: "Từ {day}: {count} dự án", en: "{count} {count:project|projects} from {day}" };
  expect([filled(words, { count: 1, day: "2026-08-29" }, "vi"), filled(words, { count: 1, day: "x" }, "en")]).toEqual(["Từ 29/08/2026: 1 dự án", "1 project from x"]);
});

it("tells the time that is left by the pace so far, and finds the study of a job", () => {
  expect([secondsLeft(2, 10), secondsLeft(25, 10), secondsLeft(100, 9)]).toEqual([null, 30, null]);
  expect(studyOf({ links: [{ href: "http://x/api/jobs/1", rel: "self" }, { href: "http://x/api/studies/roadmap_9f", rel: "r" }] })).toBe("roadmap_9f");
  expect(studyOf({ links: [] })).toBeNull();
});

const BRINGS = { person_years: 900, people_won: 90, cost_million_vnd: 100 };
const PLANNED = { ...BRINGS, regret_person_years: 100, regret_at_most_person_years: 150, broken: [] };
const BEST: Best = {
  ...BRINGS, bound_person_years: 1050, gap: 0.05, status: "feasible", planned: PLANNED,
  best_now: { ...BRINGS, regret_person_years: 0, regret_at_most_person_years: 0 }, best_end: { ...BRINGS, regret_person_years: 0, regret_at_most_person_years: 0 },
  phases: [], projects: [], cut: { ...BRINGS, percent: 20, of: "planned", lost_person_years: 91.4, slips: [{ code: "b", was: "p3", now: null, lost_person_years: 91.4 }] },
};

it("tells regret in plain words, with how sure it is", () => {
  expect(regretText(BEST, ROADMAP, "vi")).toBe("Kế hoạch kém phương án tốt nhất từ 100 đến 150 người-năm (cách tốt nhất có thể không quá 5,0\u00a0%).");
  const same = { ...BEST, status: "optimal", planned: { ...PLANNED, regret_person_years: 0, regret_at_most_person_years: 0 } };
  expect(regretText(same, ROADMAP, "en")).toBe("The plan is as good as the best (proved to be the best).");
  const broken = { ...BEST, planned: { ...PLANNED, broken: [{ rule: "budget" as const, phase: "p3", project: null, other: null, sector: null }] } };
  expect(regretText(broken, ROADMAP, "vi")).toContain("Kế hoạch vượt ngân sách ở giai đoạn 3");
  expect(boundText(BEST, "en")).toBe("No roadmap within these rules can exceed 1,050 person-years; the best plan is 5.0% away from that.");
  expect(cutText(BEST, "en")).toBe("Cut by 20%: 1 project slips or is dropped, and 91 person-years are lost.");
  expect(cutText({ ...BEST, cut: null }, "vi")).toBeNull();
});
