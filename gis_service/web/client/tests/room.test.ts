import { expect, it } from "vitest";

import { isTighter, paddingOf } from "../src/map/room";
import { coveredPx } from "../src/sheet";

const NO_INSET = { right: 0, top: 0 };
const WIDE = { width: 968, height: 900, isPhone: false, states: 0, legend: 0, inset: NO_INSET, sheet: 0 };

it("keeps the whole height of the legend free, and more as it grows", () => {
  const [low, high] = [paddingOf({ ...WIDE, legend: 130 }), paddingOf({ ...WIDE, legend: 260 })];
  expect(low.bottom).toBeGreaterThan(130);
  expect(high.bottom).toBeGreaterThan(260);
  expect(isTighter(high, low)).toBe(true);
  expect(isTighter(low, high)).toBe(false);
});

it("keeps off the sketch in the corner, beside it or above it, whichever leaves more", () => {
  const inset = { right: 186, top: 172 };
  const [flat, tall] = [paddingOf({ ...WIDE, height: 500, inset }), paddingOf({ ...WIDE, width: 500, inset })];
  expect(flat.left).toBeGreaterThan(186);
  expect(flat.bottom).toBeLessThan(172);
  expect(tall.bottom).toBeGreaterThan(172);
  expect(tall.left).toBeLessThan(186);
  // Above a legend that is as high nothing more is needed.
  expect(paddingOf({ ...WIDE, legend: 200, inset })).toEqual(paddingOf({ ...WIDE, legend: 200 }));
});

it("gives a phone the room beside and above the sketch too", () => {
  const phone = { ...WIDE, width: 390, height: 844, isPhone: true, sheet: 400 };
  expect(paddingOf({ ...phone, inset: { right: 110, top: 530 } })).toEqual(paddingOf(phone));
});

it("keeps what the sheet of a phone covers free, and a low sheet covers less", () => {
  const phone = (height: "low" | "half" | "full") => paddingOf({ width: 390, height: 844, isPhone: true, states: 0, legend: 0, inset: NO_INSET, sheet: coveredPx(height, 844) });
  expect(phone("half").bottom).toBeGreaterThan(844 * 0.46);
  expect(phone("low").bottom).toBeLessThan(phone("half").bottom);
  // The full one is lowered before anything is shown on the map.
  expect(phone("full")).toEqual(phone("half"));
});

it.each([[390, 300], [200, 120], [60, 60]])("always leaves something of a map of %d by %d pixels", (width, height) => {
  const room = paddingOf({ width, height, isPhone: true, states: 200, legend: 500, inset: { right: 110, top: 480 }, sheet: 500 });
  expect(room.left + room.right).toBeLessThan(width);
  expect(room.top + room.bottom).toBeLessThan(height);
});
