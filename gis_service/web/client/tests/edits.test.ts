import { describe, expect, it } from "vitest";

import {
  MOST, MOST_VERTICES, requestOf, speedText, withAdded, withCapacity, withChanged, withClosed, withLink, withMoved, withoutKey, withShut, without, type Edit, type Link,
} from "../src/edits";
import { editsIn, editsText, rounded } from "../src/editsText";

const AT = [106.3, 20.4] as const;
const LINK: Link = { op: "link", name: "l1", line: [[106.3, 20.4], [106.31234, 20.39877], [106.3, 20.5]], road: "village_lane", level: 0, kmh: 40 };

describe("edits", () => {
  it("give new facilities names of their own, also after one was taken away", () => {
    let edits = withAdded(withAdded([], AT), AT);
    edits = withAdded(withClosed(edits, "n1"), AT);
    expect(edits.map((one) => (one.op === "add" ? one.target : ""))).toEqual(["n2", "n1"]);
  });

  it("hold one edit of each facility: a move follows a move, a closing ends it", () => {
    const moved = withMoved(withMoved([], 7, AT), 7, [106.4, 20.5]);
    expect(moved).toEqual([{ op: "move", target: 7, at: [106.4, 20.5] }]);
    expect(withClosed(moved, 7)).toEqual([{ op: "close", target: 7 }]);
  });

  it("move a new facility by adding it elsewhere", () => {
    expect(withMoved(withAdded([], AT), "n1", [1, 2])).toEqual([{ op: "add", target: "n1", at: [1, 2] }]);
  });

  it("shut a way once and open it again", () => {
    const shut = withShut([], "roads", 3);
    expect(withShut(withShut(shut, "ferries", 3), "roads", 3)).toEqual([{ op: "shut", layer: "ferries", fid: 3 }]);
    expect(without(shut, 0)).toEqual([]);
  });

  it("hold the room of a facility beside where it is, and forget it with the facility", () => {
    const roomy = withCapacity(withMoved(withAdded([], AT), "n1", [1, 2]), "n1", 50);
    expect(roomy).toEqual([{ op: "add", target: "n1", at: [1, 2] }, { op: "capacity", target: "n1", places: 50 }]);
    expect([withClosed(roomy, "n1"), without(roomy, 0), withCapacity(roomy, "n1", null)]).toEqual([[], [], [roomy[0]]]);
    expect(withClosed(withCapacity([], 7, 5), 7)).toEqual([{ op: "close", target: 7 }]);
  });

  it("build roads by names of their own, and change and take back one thing each", () => {
    const two = withLink(withLink([], LINK.line), LINK.line);
    expect(two.map((one) => one.op === "link" && [one.name, one.road, one.level, one.kmh])).toEqual([["l1", "commune", 1, null], ["l2", "commune", 1, null]]);
    expect(withChanged(two, LINK)[0]).toEqual(LINK);
    expect(withLink(withoutKey(two, "link l1"), LINK.line).map((one) => one.op === "link" && one.name)).toEqual(["l2", "l1"]);
    const slow = withChanged([], { op: "speed", of: "alley", by: "kmh", value: 10 });
    expect(withChanged(slow, { op: "speed", of: "alley", by: "factor", value: 0.5 })).toEqual([{ op: "speed", of: "alley", by: "factor", value: 0.5 }]);
    expect(withoutKey(slow, "speed 3")).toBe(slow);
  });

  it("word a speed as their readers write numbers", () => {
    expect([speedText({ op: "speed", of: 3, by: "kmh", value: 40 }, "vi"), speedText({ op: "speed", of: 3, by: "factor", value: 0.8 }, "vi")].map((one) => one.replaceAll("\u00a0", " ")))
      .toEqual(["40 km/h", "× 0,8"]);
  });

  it("are asked of the service in its own words", () => {
    const edits: readonly Edit[] = [{ op: "add", target: "n1", at: AT }, { op: "move", target: 2, at: AT }, { op: "close", target: 3 }, { op: "shut", layer: "ferries", fid: 4 }];
    const geometry = { type: "Point", coordinates: [106.3, 20.4] };
    expect(requestOf(edits)).toEqual([
      { op: "add", tmp_id: "n1", geometry }, { op: "move", fid: 2, geometry }, { op: "close", fid: 3 }, { op: "close", layer: "ferries", fid: 4 },
    ]);
    expect(requestOf([LINK, { ...LINK, kmh: null }, { op: "capacity", target: "n1", places: 5 }, { op: "capacity", target: 7, places: 0 },
      { op: "speed", of: "alley", by: "kmh", value: 10 }, { op: "speed", of: 9, by: "factor", value: 0.8 }])).toEqual([
      { op: "link", geometry: { type: "LineString", coordinates: LINK.line }, value: { road_class: "village_lane", level: 0, kmh: 40 } },
      { op: "link", geometry: { type: "LineString", coordinates: LINK.line }, value: { road_class: "village_lane", level: 0 } },
      { op: "capacity", tmp_id: "n1", value: 5 }, { op: "capacity", fid: 7, value: 0 },
      { op: "speed", layer: "roads", value: { classes: ["alley"], kmh: 10 } }, { op: "speed", layer: "roads", value: { roads: [9], factor: 0.8 } },
    ]);
  });

  it("come back from an address as they went into it", () => {
    const edits: readonly Edit[] = [{ op: "add", target: "n1", at: rounded([106.123456789, -0.5]) }, { op: "move", target: 12, at: AT }, { op: "close", target: 3 },
      { op: "shut", layer: "roads", fid: 77 }, { op: "shut", layer: "ferries", fid: 77 }, LINK, { op: "capacity", target: 3, places: 250 }, { op: "capacity", target: "n1", places: 0 },
      { op: "speed", of: "village_lane", by: "kmh", value: 15 }, { op: "speed", of: 12, by: "factor", value: 0.5 }];
    expect(editsText(edits)).toBe("an1_106.12346_-0.5*m12_106.3_20.4*c3*r77*f77*ll1_village.lane_0_40_106.3_20.4_1234_-123_-1234_10123*k3_250*kn1_0*vvillage.lane_15*x12_0.5");
    expect(editsIn(editsText(edits))).toEqual(edits);
    expect(new URLSearchParams({ edits: editsText(edits) }).toString()).toBe(`edits=${editsText(edits)}`);
  });

  it.each(["", "x", "a_1_2", "an1_500_2", "m_1_2", "c", "r-1", "m1_1..2_3", "a1_1_2", "c3_4", "k3", "k3_-1", "kn1_1e9", "v12", "v1.2_30", "vroad_0", "x3_9",
    "ll1_commune_1_0_106.3_20.4", "ll1_commune_1_0_106.3_20.4_5", "ll1_commune_0.5_0_106.3_20.4_5_5", "ll1_commune_1_0_179_89_200000_200000", `ll1_commune_1_0_106_20${"_1_1".repeat(MOST_VERTICES)}`])("leave out what an address cannot mean: %s", (text) => {
    expect(editsIn(text)).toEqual([]);
  });

  it("of an address speak of each facility once, and are no more than the service takes", () => {
    expect(editsIn("c3*m3_1_2*c4")).toEqual([{ op: "close", target: 3 }, { op: "close", target: 4 }]);
    expect(editsIn(Array.from({ length: 80 }, (_, index) => `c${index}`).join("*"))).toHaveLength(MOST);
  });
});
