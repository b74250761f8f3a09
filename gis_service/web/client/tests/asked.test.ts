import { expect, it } from "vitest";

import { askedOf, isSame } from "../src/asked";
import type { Facility } from "../src/facilities";
import type { City } from "../src/page";
import type { Question } from "../src/question";

const DAY = "2026-01-01";
const QUESTION: Question = {
  service: "office", standard: "moto", measure: "network_time", mode: "motorbike", limit: 600, group: "all", vintage: "n", state: "today", share: 0.5,
};
const CITY = {
  standards: [{ id: "moto", measure: "network_time", mode: "motorbike", limit: 600 }],
  vintages: [{ id: "n", level: "commune", from: "2025-07-01", to: null }, { id: "o", level: "commune", from: "2024-11-10", to: "2025-07-01" }],
} as unknown as City;

function place(fid: number, known: Partial<Facility> = {}): Facility {
  return { fid, name: "", at: [106, 20], site: `#${fid}`, code: null, from: null, to: null, rank: null, ...known };
}

const MERGED = [place(1, { to: "2025-07-01" }), place(2)];
const AT = "at=2025-06-30T10%3A00";

it("asks about the day before the change, and compares with the other state", () => {
  const today = askedOf(QUESTION, CITY, MERGED, DAY);
  expect(today?.query).not.toContain("at=");
  expect(today?.other?.query).toContain(AT);
  expect(today?.other?.choice.state).toBe("before");
  const before = askedOf({ ...QUESTION, state: "before" }, CITY, MERGED, DAY);
  expect(before?.query).toContain(AT);
  expect(before?.other?.choice.state).toBe("today");
});

it.each(["before", "branches"] as const)("cannot ask about the state %s without the places", (state) => {
  expect(askedOf({ ...QUESTION, state }, CITY, null, DAY)).toBeNull();
  expect(askedOf(QUESTION, CITY, null, DAY)).toMatchObject({ question: QUESTION, choices: [], other: null });
});

it("takes a state that the service never had for the one of today, and says so", () => {
  expect(askedOf({ ...QUESTION, state: "before" }, CITY, [place(1)], DAY)?.question.state).toBe("today");
  const unranked = askedOf({ ...QUESTION, state: "branches" }, CITY, MERGED, DAY);
  expect(unranked?.question.state).toBe("today");
  expect(unranked?.query).not.toContain("branch_share");
});

it("knows the same question again", () => {
  expect(isSame(QUESTION, { ...QUESTION })).toBe(true);
  expect(isSame(QUESTION, { ...QUESTION, share: 0.4 })).toBe(false);
  expect([isSame(null, null), isSame(QUESTION, null)]).toEqual([true, false]);
});
