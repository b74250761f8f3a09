import { describe, expect, it } from "vitest";

import { dateText, distanceText, localDay, minutesText, momentText, nearlyText, numberText, shareText } from "../src/language";
import { WORDS } from "../src/words";

describe("numbers", () => {
  it.each([
    [362235, "362.235", "362,235"],
    [0, "0", "0"],
    [1234567.891, "1.234.568", "1,234,568"],
  ])("writes %d as each language does", (value, vi, en) => {
    expect(numberText(value, "vi")).toBe(vi);
    expect(numberText(value, "en")).toBe(en);
  });

  it("keeps decimals that are asked for", () => {
    expect(numberText(9.32, "vi", 3)).toBe("9,32");
    expect(numberText(9.32, "en", 3)).toBe("9.32");
  });
});

describe("shares", () => {
  it.each([
    [0.805, "80,5\u00a0%", "80.5%"],
    [0.43, "43,0\u00a0%", "43.0%"],
    [1, "100\u00a0%", "100%"],
    [0, "0\u00a0%", "0%"],
  ])("writes %d", (share, vi, en) => {
    expect(shareText(share, "vi")).toBe(vi);
    expect(shareText(share, "en")).toBe(en);
  });

  it("never claims everybody while somebody is outside, nor nobody while somebody is within", () => {
    expect(shareText(0.99999, "en")).toBe("99.9%");
    expect(shareText(0.00001, "en")).toBe("0.1%");
  });
});

describe("measures", () => {
  it.each([
    [500, "500\u00a0m", "500\u00a0m"],
    [999, "999\u00a0m", "999\u00a0m"],
    [3000, "3\u00a0km", "3\u00a0km"],
    [1250, "1,25\u00a0km", "1.25\u00a0km"],
    [10_025, "10,025\u00a0km", "10.025\u00a0km"],
  ])("says %d metres", (metres, vi, en) => {
    expect(distanceText(metres, "vi")).toBe(vi);
    expect(distanceText(metres, "en")).toBe(en);
  });

  it.each([
    [600, "10\u00a0phút", "10\u00a0minutes"],
    [60, "1\u00a0phút", "1\u00a0minute"],
    [435, "7\u00a0phút 15\u00a0giây", "7\u00a0minutes 15\u00a0seconds"],
    [61, "1\u00a0phút 1\u00a0giây", "1\u00a0minute 1\u00a0second"],
    [45, "45\u00a0giây", "45\u00a0seconds"],
    [0, "0\u00a0giây", "0\u00a0seconds"],
  ])("says %d seconds", (seconds, vi, en) => {
    expect(minutesText(seconds, "vi")).toBe(vi);
    expect(minutesText(seconds, "en")).toBe(en);
  });
});

it("rounds only where an idea of the length is enough", () => {
  expect([nearlyText(1234.5, "vi"), nearlyText(870.4, "en")]).toEqual(["1,2\u00a0km", "870\u00a0m"]);
});

describe("dates", () => {
  it("writes an ISO date as each language does, and leaves other text alone", () => {
    expect(dateText("2020-07-24", "vi")).toBe("24/07/2020");
    expect(dateText("2020-07-24", "en")).toBe("24 Jul 2020");
    expect(dateText("Xã Đông Thuỵ Anh", "vi")).toBe("Xã Đông Thuỵ Anh");
  });
});

it("writes a moment by the reader's clock, with its date when that is another day", () => {
  const moment = new Date(2026, 10, 22, 9, 5);
  const [sameDay, nextDay] = [new Date(2026, 10, 22, 23, 59), new Date(2026, 10, 23, 0, 1)];
  expect([momentText(moment, sameDay, "vi"), momentText(moment, nextDay, "vi")]).toEqual(["9:05", "9:05, 22/11/2026"]);
  expect(momentText(moment, nextDay, "en")).toBe("9:05, 22 Nov 2026");
  expect(localDay(new Date(2026, 0, 5, 0, 30))).toBe("2026-01-05");
});

it("has every word in both languages", () => {
  for (const [key, text] of Object.entries(WORDS)) {
    expect(text.vi.trim(), key).not.toBe("");
    expect(text.en.trim(), key).not.toBe("");
  }
});
