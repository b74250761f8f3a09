import { describe, expect, it } from "vitest";

import { Pace } from "../src/uploads/pace";
import { degreesAt, pointAt } from "../src/uploads/place";
import { sizeText, timeText } from "../src/uploads/words";

const EDGES = { west: 106, south: 20, east: 107, north: 21 };
const SIZE = { width: 640, height: 420 };

describe("places on the small map", () => {
  it.each([[0, 0, 106, 21], [640, 420, 107, 20], [320, 210, 106.5, 20.5]])("at %d, %d", (x, y, lon, lat) => {
    expect(degreesAt(x, y, SIZE, EDGES)).toEqual([lon, lat]);
    expect(pointAt(lon, lat, SIZE, EDGES)).toEqual([x, y]);
  });
});

describe("the pace", () => {
  it("tells the time left from the last seconds", () => {
    const pace = new Pace();
    for (let second = 0; second <= 20; second += 1) pace.note(second < 10 ? second * 100 : 1000 + (second - 10) * 1000, second * 1000);
    expect(pace.secondsLeft(21000)).toBeCloseTo(10, 0);
  });

  it("tells nothing at first, after a rest, and while nothing moves", () => {
    const pace = new Pace();
    expect(pace.secondsLeft(100)).toBeNull();
    pace.note(0, 0);
    pace.note(50, 100);
    expect(pace.secondsLeft(100)).toBeNull();
    pace.note(90, 2000);
    expect(pace.secondsLeft(100)).not.toBeNull();
    pace.rest();
    pace.note(90, 3000);
    pace.note(90, 9000);
    expect(pace.secondsLeft(100)).toBeNull();
  });
});

it.each([[999, "999 byte", "999 byte"], [12_400_000, "12,4 MB", "12.4 MB"], [3_000_000_000_000, "3.000,0 GB", "3,000.0 GB"]])(
  "%d bytes",
  (bytes, vi, en) => {
    expect(sizeText(bytes, "vi")).toBe(vi);
    expect(sizeText(bytes, "en")).toBe(en);
  },
);

it.each([[0.2, "1 giây", "1 s"], [45, "45 giây", "45 s"], [150, "3 phút", "3 min"], [5400, "1 giờ 30 phút", "1 h 30 min"]])(
  "%d seconds",
  (seconds, vi, en) => {
    expect(timeText(seconds, "vi")).toBe(vi);
    expect(timeText(seconds, "en")).toBe(en);
  },
);
