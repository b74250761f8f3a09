import { describe, expect, it } from "vitest";

import { editsIn, editsText, MOST, requestOf, rounded, withAdded, withClosed, withMoved, withShut, without, type Edit } from "../src/edits";

const AT = [106.3, 20.4] as const;

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

  it("are asked of the service in its own words", () => {
    const edits: readonly Edit[] = [{ op: "add", target: "n1", at: AT }, { op: "move", target: 2, at: AT }, { op: "close", target: 3 }, { op: "shut", layer: "ferries", fid: 4 }];
    const geometry = { type: "Point", coordinates: [106.3, 20.4] };
    expect(requestOf(edits)).toEqual([
      { op: "add", tmp_id: "n1", geometry }, { op: "move", fid: 2, geometry }, { op: "close", fid: 3 }, { op: "close", layer: "ferries", fid: 4 },
    ]);
  });

  it("come back from an address as they went into it", () => {
    const edits: readonly Edit[] = [{ op: "add", target: "n1", at: rounded([106.123456789, -0.5]) }, { op: "move", target: 12, at: AT }, { op: "close", target: 3 },
      { op: "shut", layer: "roads", fid: 77 }, { op: "shut", layer: "ferries", fid: 77 }];
    expect(editsText(edits)).toBe("an1_106.12346_-0.5*m12_106.3_20.4*c3*r77*f77");
    expect(editsIn(editsText(edits))).toEqual(edits);
    expect(new URLSearchParams({ edits: editsText(edits) }).toString()).toBe(`edits=${editsText(edits)}`);
  });

  it.each(["", "x", "a_1_2", "an1_500_2", "m_1_2", "c", "r-1", "m1_1..2_3"])("leave out what an address cannot mean: %s", (text) => {
    expect(editsIn(text)).toEqual([]);
  });

  it("of an address speak of each facility once, and are no more than the service takes", () => {
    expect(editsIn("c3*m3_1_2*c4")).toEqual([{ op: "close", target: 3 }, { op: "close", target: 4 }]);
    expect(editsIn(Array.from({ length: 80 }, (_, index) => `c${index}`).join("*"))).toHaveLength(MOST);
  });
});
