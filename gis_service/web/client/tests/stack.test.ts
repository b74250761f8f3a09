import { expect, it } from "vitest";

import type { Layer } from "../src/layers";
import { moved, opacitiesIn, opacitiesText, stacked } from "../src/stack";

function layer(id: string, kind: Layer["look"]["kind"]): Layer {
  return { id, look: { kind } } as Layer;
}

const [CELLS, USE, ROADS, STOPS, SCHOOLS] =
  [layer("cells", "raster"), layer("use", "area"), layer("roads", "line"), layer("stops", "point"), layer("schools", "point")];
const ids = (layers: readonly Layer[]): string => layers.map(({ id }) => id).join();

it("lays points upon lines upon surfaces upon cells, whichever was switched on first", () => {
  expect(ids(stacked([STOPS, CELLS, ROADS, USE], []))).toBe("stops,roads,use,cells");
  expect(ids(stacked([CELLS, USE, ROADS, STOPS], []))).toBe("stops,roads,use,cells");
});

it("keeps what the reader has put, and puts others above the first that they belong above", () => {
  expect(ids(stacked([CELLS, USE, ROADS, STOPS], ["use", "stops", "roads", "cells"]))).toBe("use,stops,roads,cells");
  expect(ids(stacked([USE, ROADS, STOPS, SCHOOLS], ["use", "stops", "roads"]))).toBe("schools,use,stops,roads");
  expect(ids(stacked([USE, ROADS, CELLS], ["use", "gone", "roads"]))).toBe("use,roads,cells");
});

it("holds every layer once, in any order that is asked for", () => {
  for (const order of [["a"], ["roads", "roads"], ["cells", "use", "stops"]]) {
    const found = stacked([CELLS, USE, ROADS, STOPS], [...new Set(order)]);
    expect(new Set(found.map(({ id }) => id)).size).toBe(found.length);
    expect(found.length).toBe(4);
  }
});

it("moves one to another place and no farther than the ends", () => {
  expect(moved(["a", "b", "c"], "c", 0)).toEqual(["c", "a", "b"]);
  expect(moved(["a", "b", "c"], "a", 9)).toEqual(["b", "c", "a"]);
  expect(moved(["a", "b", "c"], "b", -1)).toEqual(["b", "a", "c"]);
});

it("reads from an address what it wrote there, and nothing else", () => {
  const known = (id: string): boolean => ["roads", "use"].includes(id);
  const opacities = opacitiesIn("roads*60,use*5,nowhere*30,roads*x,use", known);
  expect([...opacities]).toEqual([["roads", 0.6], ["use", 0.05]]);
  expect(opacitiesText(opacities, new Set(["roads", "use"]))).toBe("roads*60,use*5");
  expect(opacitiesText(new Map([["roads", 1], ["use", 0.5]]), new Set(["roads"]))).toBe("");
  expect(opacitiesIn(null, known).size).toBe(0);
});
