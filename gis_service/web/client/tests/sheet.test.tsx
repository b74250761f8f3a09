import { expect, it } from "vitest";

import { nearestHeight, nextHeight } from "../src/sheet";

it("rests at the nearest height after a drag", () => {
  expect([0.05, 0.2, 0.4, 0.65, 0.75, 1].map(nearestHeight)).toEqual(["low", "low", "half", "half", "full", "full"]);
});

it("goes round its heights by key or press", () => {
  expect([nextHeight("half"), nextHeight("full"), nextHeight("low")]).toEqual(["full", "low", "half"]);
});
