import { expect, it } from "vitest";

import { tilesOf } from "../src/map/again";

it("names the tiles that meet a box, from the world down to the zoom asked for", () => {
  expect(tilesOf({ west: 106.3, south: 20.4, east: 106.31, north: 20.41 }, 2)).toEqual([
    { x: 0, y: 0, z: 0 }, { x: 1, y: 0, z: 1 }, { x: 3, y: 1, z: 2 },
  ]);
  expect(tilesOf({ west: -180, south: -90, east: 180, north: 90 }, 1)).toHaveLength(5);
});
