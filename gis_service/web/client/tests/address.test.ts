import { expect, it } from "vitest";

import { classIn, layersIn, ofDay, placeIn } from "../src/address";
import type { City } from "../src/page";
import type { Question } from "../src/question";

it.each([
  ["106.4,20.5", [106.4, 20.5]], ["-180,90", [-180, 90]],
  ["999,999", null], ["106,90.1", null], ["180.5,0", null], ["x", null], ["", null], [null, null], ["106", null],
])("reads the place %s", (text, place) => {
  expect(placeIn(text)).toEqual(place);
});

it.each([["0", 0], ["3", 3], ["77", null], ["9", null], ["-1", null], ["", null], [null, null]])("reads the step %s of the legend", (text, step) => {
  expect(classIn(text)).toBe(step);
});

it("asks by the units of a day where an address names the day alone", () => {
  const title = { vi: "", en: "" };
  const city = { vintages: [
    { id: "new", layer: "commune", title, level: "commune", from: "2025-07-01", to: null },
    { id: "old", layer: "commune_2024", title, level: "commune", from: "2024-11-10", to: "2025-07-01" },
  ] } as unknown as City;
  const question = { vintage: "new" } as Question;
  expect(ofDay(question, "2025-06-30", city)?.vintage).toBe("old");
  expect([ofDay(question, null, city), ofDay(question, "2010-01-01", city)]).toEqual([question, question]);
  expect(ofDay(null, "2025-06-30", city)).toBeNull();
});

it("takes only layers that the city has", () => {
  const city = { fields: { market: [], roads: [] } } as unknown as City;
  expect([...layersIn("roads,nowhere,toString,market", city)]).toEqual(["roads", "market"]);
  expect(layersIn(null, city).size).toBe(0);
});
