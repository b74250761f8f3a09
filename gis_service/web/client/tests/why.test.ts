import { expect, it } from "vitest";

import { clockText, comesHere, partsOf, sizeText, verdictText, withoutWay, type Why } from "../src/why";

function plain(text: string | null): string | null {
  return text?.replaceAll("\u00a0", " ") ?? null;
}

it.each([
  [800, "13 phút 20 giây", "13 minutes 20 seconds"], [45, "45 giây", "45 seconds"], [600, "10 phút", "10 minutes"],
  [-134.2, "2 phút 14 giây", "2 minutes 14 seconds"], [59.6, "1 phút", "1 minute"],
])("says %d seconds in full", (seconds, vi, en) => {
  expect([plain(sizeText(seconds, "s", "vi")), plain(sizeText(seconds, "s", "en"))]).toEqual([vi, en]);
});

it("writes seconds like a clock, and metres as metres", () => {
  expect([clockText(545), clockText(48), clockText(0)]).toEqual(["9:05", "0:48", "0:00"]);
  expect(plain(sizeText(1234.4, "m", "vi"))).toBe("1,234 km");
});

const WAY = { unit: "s", cost: 800, over: 200, parts: { access: 48, road: 545, ferry: 207, ferry_wait: 150, turnout: 0 } } as Why;

it("gives the parts that there are, their shares together the whole", () => {
  const parts = partsOf(WAY);
  expect(parts.map((part) => part.id)).toEqual(["access", "road", "ferry"]);
  expect(parts.reduce((sum, part) => sum + part.share, 0)).toBeCloseTo(1);
  expect(partsOf({ ...WAY, parts: null })).toEqual([]);
});

it("says by how much the rule is failed or met", () => {
  expect(plain(verdictText(WAY, "vi"))).toBe("Ngoài tiêu chuẩn 3 phút 20 giây.");
  expect(plain(verdictText({ ...WAY, over: -60 }, "en"))).toBe("Within the standard, with 1 minute to spare.");
  expect(verdictText({ ...WAY, over: null }, "vi")).toBeNull();
});

it.each([
  ["covered", "to_facility", "any", null],
  ["roadless", "from_facility", "any", "noRoad"],
  ["no_path", "to_facility", "any", "noPath"],
  ["no_path", "from_facility", "any", "noPathHere"],
  ["no_facility", "to_facility", "any", "noFacility"],
  ["no_facility", "to_facility", "own_unit", "noFacilityInUnit"],
])("says why there is no way: %s, %s, %s", (status, direction, catchment, word) => {
  const why = { ...WAY, status, rule: { direction, catchment } } as Why;
  expect(withoutWay(why)).toBe(word);
  expect(comesHere(why)).toBe(direction === "from_facility");
});
