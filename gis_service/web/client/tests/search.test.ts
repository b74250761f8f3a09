import { expect, it } from "vitest";

import { coordinatesIn, entryOf, folded, formerEntries, search } from "../src/search";

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

it("finds a unit by the name it had, and opens the one that it is part of now", () => {
  const now = new Map([["12826", "Xã Đông Thuỵ Anh"], ["12850", "Xã Thuỵ Hải"]]);
  const unit = (id: string, name: string, successor: string | null) => ({ id, name, box: null, successor });
  const former = formerEntries([
    unit("1", "Xã Thuỵ Tân", "12826"), unit("2", "Xã Thuỵ Trường", "12826"),
    unit("3", "Xã Thuỵ Hải", "12850"), unit("4", "Xã Mất", null), unit("5", "Xã Lạ", "99999"),
  ], now, "nay thuộc");
  expect(former.map(({ name, within, id }) => [name, within, id])).toEqual([
    ["Xã Thuỵ Tân", "nay thuộc Xã Đông Thuỵ Anh", "12826"], ["Xã Thuỵ Trường", "nay thuộc Xã Đông Thuỵ Anh", "12826"],
  ]);
  expect(new Set(former.map(({ key }) => key)).size).toBe(2);
  expect(search(former, "thuy truong").map((one) => one.name)).toEqual(["Xã Thuỵ Trường"]);
});
