import { expect, it } from "vitest";

import { clockText, costText, durationText, partsOf, verdictText, type Why } from "../src/why";

it.each([[800, "13 phút 20 giây", "13 min 20 s"], [45, "45 giây", "45 s"], [600, "10 phút", "10 min"], [-134.2, "2 phút 14 giây", "2 min 14 s"], [59.6, "1 phút", "1 min"]])(
  "says %d seconds in full", (seconds, vi, en) => {
    expect([durationText(seconds, "vi"), durationText(seconds, "en")]).toEqual([vi, en]);
  });

it("writes seconds like a clock, and metres as metres", () => {
  expect([clockText(545), clockText(48), clockText(0)]).toEqual(["9:05", "0:48", "0:00"]);
  expect(costText(1234, "m", "vi").replace("\u00a0", " ")).toBe("1,2 km");
});

const WAY = { unit: "s", cost: 800, over: 200, parts: { access: 48, road: 545, ferry: 207, ferry_wait: 150, turnout: 0 } } as Why;

it("gives the parts that there are, their shares together the whole", () => {
  const parts = partsOf(WAY);
  expect(parts.map((part) => part.id)).toEqual(["access", "road", "ferry"]);
  expect(parts.reduce((sum, part) => sum + part.share, 0)).toBeCloseTo(1);
  expect(partsOf({ ...WAY, parts: null })).toEqual([]);
});

it("says by how much the rule is failed or met", () => {
  expect(verdictText(WAY, "vi")).toBe("Ngoài tiêu chuẩn 3 phút 20 giây.");
  expect(verdictText({ ...WAY, over: -60 }, "en")).toBe("Within the standard, with 1 min to spare.");
  expect(verdictText({ ...WAY, over: null }, "vi")).toBeNull();
});
