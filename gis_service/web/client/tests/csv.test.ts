import { expect, it } from "vitest";

import type { Answered } from "../src/asked";
import { csvName, csvOf } from "../src/csv";

const ZONE = { id: "1", name: "Xã Vũ Thư", total: 10, covered: 9.5, uncovered: null, share: 0.95 };

/** Half an hour into a day of the reader's calendar, which may still be the day before elsewhere. */
const AT = new Date(2026, 10, 22, 0, 30);
const QUERIES: Readonly<Record<string, string>> = { before: "standard=market_walk&at=2025-06-30T10%3A00" };

function answered(generated: boolean, question: Record<string, unknown> = {}): Answered {
  return {
    at: AT,
    asked: { query: QUERIES[String(question["state"])] ?? "standard=market_walk", question: { service: "market", standard: "market_walk", vintage: "communes_2025", group: "all", state: "today", share: 0.4, ...question } },
    coverage: {
      id: "coverage_1", generated_data: generated, curve: { unit: "s" },
      parameters: { measure: "network_time", mode: "walk", limit: 900, direction: "to_facility" },
      inputs: { facilities: { layer: "market", version: 3 }, network: { layer: "roads", version: 1 }, demand: { layer: "residents", version: 5 }, zones: { layer: "commune" } },
    },
  } as unknown as Answered;
}

function table(text: string): Record<string, string | undefined> {
  const [head = [], first = []] = text.replace("\ufeff", "").split("\r\n").map((row) => row.split(","));
  return Object.fromEntries(head.map((name, index) => [name, first[index]]));
}

it("writes the columns of zones.csv first, hidden figures empty", () => {
  const text = csvOf([ZONE], answered(true));
  expect(text.startsWith("\ufeffid,name,total,covered,uncovered,unreachable,share,median_s,p90_s,p95_s,service,")).toBe(true);
  expect(text.split("\r\n")[1]).toMatch(/^1,Xã Vũ Thư,10,9\.5,,,0\.95,,,,market,/);
  expect(text.endsWith("\r\n")).toBe(true);
});

it("says in every row what the figures answer, from which data, and that it is generated", () => {
  expect(table(csvOf([ZONE], answered(true)))).toMatchObject({
    service: "market", standard: "market_walk", measure: "network_time", mode: "walk", limit: "900", limit_unit: "s",
    direction: "to_facility", state: "today", branch_share: "", vintage: "communes_2025", group: "all", study: "coverage_1",
    facilities_version: "3", network_version: "1", demand_version: "5", zones_version: "",
    at: "", received_at: AT.toISOString(), generated_data: "true",
  });
  expect(table(csvOf([ZONE], answered(false, { state: "branches" })))).toMatchObject({ branch_share: "0.4", generated_data: "false" });
});

it("says which day the state before the change means", () => {
  expect(table(csvOf([ZONE], answered(false, { state: "before" })))).toMatchObject({ state: "before", at: "2025-06-30" });
});

it.each([["a,b", "\"a,b\""], ["say \"x\"", "\"say \"\"x\"\"\""], ["=1+1", "'=1+1"], ["@x", "'@x"]])(
  "keeps the name %s harmless", (name, written) => {
    expect(csvOf([{ ...ZONE, name }], answered(false)).split("\r\n")[1]).toContain(`1,${written},10`);
  });

it("tells the question in the name of the file, and warns there", () => {
  expect(csvName(answered(true))).toBe("coverage-market-market_walk-walk-900s-today-communes_2025-all-2026-11-22-generated_data.csv");
  expect(csvName(answered(false, { state: "branches", group: "age_60" })))
    .toBe("coverage-market-market_walk-walk-900s-branches_40-communes_2025-age_60-2026-11-22.csv");
});
