import { expect, it } from "vitest";

import { namesInOrder, namesWithGains } from "../src/map/gains";
import type { ZoneChange } from "../src/whatIf";

function zone(id: string, won: number | null, lost: number | null): ZoneChange {
  return { id, name: id, total: 100, before: 50, after: 50, won, lost, share_before: 0.5, share_after: 0.5 };
}

const CHANGED = [zone("a", 1204, 0), zone("b", 0, 300), zone("c", 12, 34), zone("d", null, 0)];
const HALF_BOLD = ["literal", ["Be Vietnam Pro Semibold"]];
const NAME = ["to-string", ["get", "name"]];

it("tells below the name of a unit who gains and who loses, and nothing of a figure that is not told", () => {
  expect(namesWithGains(CHANGED, "vi", false)).toEqual(["format", NAME, {},
    ["match", ["get", "code"], "a", "\n+1.204", "c", "\n+12", ""], { "text-color": "#0b5590", "text-font": HALF_BOLD },
    ["match", ["get", "code"], "b", "\n−300", "c", "  −34", ""], { "text-color": "#a3360a", "text-font": HALF_BOLD }]);
  expect(namesWithGains([zone("a", 1204, 0)], "en", true)).toEqual(["format", NAME, {},
    ["match", ["get", "code"], "a", "\n+1,204", ""], { "text-color": "#8ec6f5", "text-font": HALF_BOLD }, "", { "text-color": "#ffae8a", "text-font": HALF_BOLD }]);
});

it("is the name alone while nothing changes", () => {
  expect([namesWithGains([], "vi", false), namesWithGains([zone("d", 0, null)], "en", true)]).toEqual([NAME, NAME]);
});

it("places names that have something to tell first, and those among them as ever", () => {
  const rank = ["get", "rank"];
  expect(namesInOrder(CHANGED)).toEqual(["match", ["get", "code"], ["a", "b", "c"], ["+", -1e9, rank], rank]);
  expect(namesInOrder([zone("d", null, 0)])).toEqual(rank);
});
