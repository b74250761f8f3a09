import { expect, test } from "vitest";

import { stepText, stripOf } from "../src/raster";

const STEPS = [{ value: 0, colour: "#440154" }, { value: 1.5, colour: "#21908c" }, { value: 3, colour: "#fde725" }];

test("a legend has as many decimals as tell its steps apart", () => {
  expect(STEPS.map(({ value }) => stepText(value, STEPS, "vi"))).toEqual(["0", "1,5", "3"]);
  const wide = [{ value: -12.4, colour: "" }, { value: 1200.6, colour: "" }];
  expect(wide.map(({ value }) => stepText(value, wide, "en"))).toEqual(["-12", "1,201"]);
  const narrow = [{ value: 0.001, colour: "" }, { value: 0.0034, colour: "" }];
  expect(stepText(0.0034, narrow, "en")).toBe("0.0034");
  expect(stepText(7, [{ value: 7, colour: "" }], "en")).toBe("7");
});

test("a strip of colours has each where its value lies", () => {
  expect(stripOf(STEPS)).toBe("linear-gradient(to right, #440154 0.0%, #21908c 50.0%, #fde725 100.0%)");
  expect(stripOf([{ value: 2, colour: "#000000" }])).toBe("linear-gradient(to right, #000000 0.0%)");
});
