import { expect, it } from "vitest";

import { DEGREE, figuresAt, reachedAt, readProduct, type Points, type Steps } from "../src/product";
import fixture from "./product.fixture.json";

function bytesOf(text: string): ArrayBuffer {
  return Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0)).buffer;
}

const STEPS = readProduct(bytesOf(fixture.steps)) as Steps;
const POINTS = readProduct(bytesOf(fixture.points)) as Points;

it("reads the head of a product", () => {
  expect([STEPS.kind, STEPS.unit, STEPS.step, STEPS.steps]).toEqual(["steps", "s", 15, fixture.public.length]);
  expect(STEPS.groups).toEqual(["all", "age_3_5"]);
  expect(STEPS.rows[0]?.id).toBe("totals");
  expect(STEPS.generated_data).toBe(true);
});

it.each(fixture.public.map((expected, step) => ({ step, expected })))("cuts the table of everybody at step $step", ({ step, expected }) => {
  expect(figuresAt(STEPS, step * STEPS.step)).toEqual(expected);
});

it.each(fixture.plain.map((expected, step) => ({ step, expected })))("counts the places at step $step", ({ step, expected }) => {
  expect(figuresAt(POINTS, step * POINTS.step)).toEqual(expected);
});

it("hides something from everybody, or the fixture would show nothing", () => {
  expect(fixture.public.flat(2).some((one) => one.covered === null)).toBe(true);
  expect(fixture.public.flat(2).some((one) => one.covered !== null && one.covered > 0)).toBe(true);
});

it("tells everybody no covered people between two steps, and beyond the last", () => {
  for (const limit of [7, 22.5, STEPS.step * STEPS.steps, -15]) {
    const [totals] = figuresAt(STEPS, limit);
    expect(totals?.[0]?.covered).toBeNull();
    expect(totals?.[0]?.total).not.toBeNull();
  }
});

it("counts places at any limit", () => {
  const at = figuresAt(POINTS, 15.001)[0]?.[0]?.covered;
  expect(at).toBe(figuresAt(POINTS, 15)[0]?.[0]?.covered);
  expect(figuresAt(POINTS, 14.9)[0]?.[0]?.covered).toBe(figuresAt(POINTS, 0)[0]?.[0]?.covered);
});

it("marks the places within the limit", () => {
  const seen = new Uint8Array(POINTS.lon.length);
  reachedAt(POINTS, 30, seen);
  const covered = POINTS.people[0]?.reduce((all, people, home) => all + people * (seen[home] ?? 0), 0);
  expect((covered ?? 0) / 1000).toBe(figuresAt(POINTS, 30)[0]?.[0]?.covered);
  expect((POINTS.lon[0] ?? 0) / DEGREE).toBeCloseTo(106.3, 1);
});

it("refuses what is no product, and one of another format", () => {
  expect(() => readProduct(new ArrayBuffer(4))).toThrow("not a compact product");
  expect(() => readProduct(new ArrayBuffer(64))).toThrow("not a compact product");
  const other = bytesOf(fixture.steps);
  const text = new TextDecoder("latin1").decode(other).replace('"format":1', '"format":9');
  expect(() => readProduct(Uint8Array.from(text, (sign) => sign.charCodeAt(0)).buffer)).toThrow("format 9");
});
