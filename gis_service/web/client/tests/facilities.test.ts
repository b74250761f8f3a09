import type { Feature } from "geojson";
import { expect, it } from "vitest";

import { boundaryOf, choicesOf, facilityFeatures, facilityOf, standings, type Facility } from "../src/facilities";
import type { City } from "../src/page";
import type { Question } from "../src/question";

function facility(fid: number, known: Partial<Facility> = {}): Facility {
  return { fid, name: `Một cửa ${fid}`, at: [106, 20], site: `#${fid}`, code: null, from: null, to: null, rank: null, ...known };
}

const DAY = "2026-01-01";
/** Four offices closed on 1 July 2025; the one that stands where the first was opened then; the others have ranks. */
const OFFICES = [
  facility(1, { to: "2025-07-01", site: "a" }),
  facility(2, { to: "2025-07-01", rank: 2 }),
  facility(3, { to: "2025-07-01", rank: 1 }),
  facility(4, { to: "2025-07-01", rank: 3 }),
  facility(5, { from: "2025-07-01", site: "a" }),
];
const CITY = { vintages: [{ id: "d", level: "district", from: "2019-04-01", to: null }, { id: "n", level: "commune", from: "2025-07-01", to: null }, { id: "o", level: "commune", from: "2024-11-10", to: "2025-07-01" }] } as unknown as City;

it("finds the day of the last opening or closing, not one that is still to come", () => {
  expect(boundaryOf(OFFICES, DAY)).toBe("2025-07-01");
  expect(boundaryOf([...OFFICES, facility(9, { from: "2030-01-01" })], DAY)).toBe("2025-07-01");
  expect(boundaryOf([facility(1)], DAY)).toBeNull();
});

it.each([
  ["before", 0.4, ["open", "open", "open", "open", "later"]],
  ["today", 0.4, ["later", "former", "former", "former", "open"]],
  ["branches", 0.4, ["later", "former", "branch", "former", "open"]],
  // Half of three is one and a half: halves are rounded up.
  ["branches", 0.5, ["later", "branch", "branch", "former", "open"]],
  ["branches", 0, ["later", "former", "former", "former", "open"]],
  ["branches", 1, ["later", "branch", "branch", "branch", "open"]],
] as const)("knows how each place stands: %s, %d", (state, share, expected) => {
  expect(standings(OFFICES, state, share, DAY)).toEqual(expected);
});

it("offers the states with their numbers and the year of the units that stood then", () => {
  const question = { share: 0.5 } as Question;
  expect(choicesOf(OFFICES, CITY, question, DAY)).toEqual([
    { state: "before", open: 4, branches: 0, year: "2024" },
    { state: "branches", open: 1, branches: 2, year: "2025" },
    { state: "today", open: 1, branches: 0, year: "2025" },
  ]);
  expect(choicesOf([facility(1)], CITY, question, DAY)).toEqual([]);
  expect(choicesOf([facility(1, { from: "2025-07-01" })], CITY, question, DAY)).toEqual([]);
});

it("reads a place out of a feature, an area by the middle of its box", () => {
  const feature = (geometry: Feature["geometry"] | null): Feature =>
    ({ type: "Feature", id: 7, geometry, properties: { name: "Chợ", open_from: "2025-07-01", site_id: "s" } }) as Feature;
  expect(facilityOf(feature({ type: "Point", coordinates: [1, 2] }))).toMatchObject({ fid: 7, at: [1, 2], from: "2025-07-01", site: "s", rank: null });
  expect(facilityOf(feature({ type: "Polygon", coordinates: [[[0, 0], [4, 0], [4, 2], [0, 0]]] }))?.at).toEqual([2, 1]);
  expect(facilityOf(feature(null))).toBeNull();
});

it("leaves places that have not opened yet off the map", () => {
  const found = facilityFeatures(OFFICES, standings(OFFICES, "before", 0, DAY));
  expect(found.features.map((one) => one.id)).toEqual([1, 2, 3, 4]);
});
