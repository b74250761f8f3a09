import { expect, it } from "vitest";

import type { Facility } from "../src/facilities";
import { openedEdits } from "../src/opened";

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

const line = { coordinates: [[106.3, 20.4], [106.4, 20.4]] as const };

it("opens new roads, speeds and capacities, each class of roads for itself", () => {
  const { edits, left } = openedEdits([
    { op: "link", layer: "roads", geometry: line, value: {} }, { op: "link", geometry: line, value: { road_class: "district", level: 0, kmh: 50, paved: true, width_m: null } },
    { op: "speed", layer: "roads", value: { classes: ["alley", "village_lane"], kmh: 10 } }, { op: "speed", layer: "roads", fid: 9, value: { factor: 0.5, classes: [] } },
    { op: "add", tmp_id: "site_3", geometry }, { op: "capacity", id: "site_3", value: 40 }, { op: "capacity", id: "o7", value: 60 },
  ], [PLACE]);
  expect(edits).toEqual([
    { op: "link", name: "l1", line: line.coordinates, road: "commune", level: 1, kmh: null }, { op: "link", name: "l2", line: line.coordinates, road: "district", level: 0, kmh: 50 },
    { op: "speed", of: "alley", by: "kmh", value: 10 }, { op: "speed", of: "village_lane", by: "kmh", value: 10 }, { op: "speed", of: 9, by: "factor", value: 0.5 },
    { op: "add", target: "n1", at: [106.3, 20.4] }, { op: "capacity", target: "n1", places: 40 }, { op: "capacity", target: 7, places: 60 },
  ]);
  expect(left).toBe(0);
});

it("calls new facilities by a free number where an address cannot hold their names", () => {
  const { edits } = openedEdits([{ op: "add", tmp_id: "Trạm", geometry }, { op: "add", tmp_id: "n1", geometry }, { op: "add", tmp_id: "site_1", geometry }], []);
  expect(edits.map((one) => one.op === "add" && one.target)).toEqual(["n2", "n1", "n3"]);
});

it.each([
  { op: "remove", id: "unknown" }, { op: "add", tmp_id: "n1", geometry, value: 60 }, { op: "speed", layer: "roads", value: { as_class: "alley" } },
  { op: "close", layer: "roads", value: { roads: [3], hours: "22:00-05:00" } }, { op: "close", layer: "roads", value: { classes: ["alley"] } },
  { op: "speed", layer: "roads", value: { classes: ["alley"], kmh: 5, hours: [22, 5] } }, { op: "link", geometry: line, value: { oneway: 1 } }, { op: "capacity", id: "unknown", value: 4 },
])("counts what it cannot draw: $op $value", (kept) => {
  expect(openedEdits([kept], [PLACE])).toEqual({ edits: [], left: 1 });
});
