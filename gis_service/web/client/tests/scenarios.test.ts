import { expect, it } from "vitest";

import type { Facility } from "../src/facilities";
import { openedEdits } from "../src/scenarios";

const PLACE: Facility = { fid: 7, name: "", at: [106, 20], site: "#7", code: "o7", from: null, to: null, rank: null };
const geometry = { coordinates: [106.3, 20.4] as const };

it("opens kept edits as the map draws them: facilities by their code, ways by their number", () => {
  const { edits, left } = openedEdits([
    { op: "add", tmp_id: "n1", geometry }, { op: "move", id: "o7", geometry }, { op: "close", layer: "roads", fid: 3 },
    { op: "close", layer: "ferries", value: { ferries: [4, 5] } },
  ], [PLACE]);
  expect(edits).toEqual([
    { op: "add", target: "n1", at: [106.3, 20.4] }, { op: "move", target: 7, at: [106.3, 20.4] }, { op: "shut", layer: "roads", fid: 3 },
    { op: "shut", layer: "ferries", fid: 4 }, { op: "shut", layer: "ferries", fid: 5 },
  ]);
  expect(left).toBe(0);
});

it.each([
  { op: "remove", id: "unknown" }, { op: "add", tmp_id: "n1", geometry, value: 60 }, { op: "speed", layer: "roads", value: { as_class: "alley" } },
  { op: "close", layer: "roads", value: { roads: [3], hours: "22:00-05:00" } }, { op: "close", layer: "roads", value: { classes: ["alley"] } },
])("counts what it cannot draw: $op $value", (kept) => {
  expect(openedEdits([kept], [PLACE])).toEqual({ edits: [], left: 1 });
});
