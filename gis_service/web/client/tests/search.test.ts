import { expect, it } from "vitest";

import { coordinatesIn, entryOf, folded, search } from "../src/search";

const ENTRIES = [
  entryOf({ kind: "facility", name: "Bộ phận một cửa xã Đông Thuỵ Anh", within: "", at: [1, 1], id: "f1" }),
  entryOf({ kind: "settlement", name: "Thôn Đông", within: "Xã Vũ Thư", at: [1, 1], id: "s1" }),
  entryOf({ kind: "unit", name: "Xã Đông Thuỵ Anh", within: "", at: null, id: "12826" }),
];

it("folds diacritics, case and spaces", () => {
  expect(folded("  ĐÔNG  Thuỵ Anh ")).toBe("dong thuy anh");
});

it("finds names without diacritics, units before facilities", () => {
  expect(search(ENTRIES, "dong thuy").map((one) => one.id)).toEqual(["12826", "f1"]);
  expect(search(ENTRIES, "thôn đ").map((one) => one.id)).toEqual(["s1"]);
  expect(search(ENTRIES, "xã đông")[0]?.id).toBe("12826");
  expect(search(ENTRIES, "   ")).toEqual([]);
  expect(search(ENTRIES, "không có")).toEqual([]);
});

it.each([
  ["20.45, 106.34", [106.34, 20.45]], ["106,34; 20,45", [106.34, 20.45]], ["20.45 106.34", [106.34, 20.45]],
])("takes %s for a place", (text, at) => {
  expect(coordinatesIn(text)?.at).toEqual(at);
});

it.each(["Thôn 5", "20.45", "95, 190", "999, 999", "20.45, x"])("does not take %s for a place", (text) => {
  expect(coordinatesIn(text)).toBeNull();
});
