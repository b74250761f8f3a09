import { expect, it } from "vitest";

import { aboutText, coordinatesIn, keyOf, kindText, nameOf, zoneText, type Found } from "../src/search";

const UNIT: Found = {
  kind: "unit", name: "Xã Đông Thuỵ Anh", title: "65 xã, phường hiện nay", lon: 106.6, lat: 20.6, within: { code: "12862", name: "Xã Đông Thuỵ Anh" },
  layer: "commune", fid: 34, closed: false, system: null, vn2000: null, around: true,
};
const HERE: Found = {
  ...UNIT, kind: "coordinates", name: "20.457824, 106.273026", title: "VN-2000 / TM-3 105-30", lon: 106.273026, lat: 20.457824, layer: null, fid: null,
  within: { code: "13192", name: "Xã Vũ Thư" }, system: "EPSG:9209", vn2000: { zone_width: 3, meridian: 105.5, easting: 580456.2, northing: 2263123.5 },
};

it("tells a unit by its list, a former one by the unit of now, a place by its layer and unit", () => {
  expect([aboutText(UNIT, "vi"), kindText(UNIT, "vi")]).toEqual(["65 xã, phường hiện nay", "Xã, phường"]);
  const former: Found = { ...UNIT, kind: "former", name: "Xã Thuỵ Tân" };
  expect([aboutText(former, "vi"), kindText(former, "en")]).toEqual(["nay thuộc Xã Đông Thuỵ Anh", "Former name"]);
  const office: Found = { ...UNIT, kind: "place", title: "Bộ phận một cửa", closed: true };
  expect([aboutText(office, "vi"), kindText(office, "vi")]).toEqual(["Xã Đông Thuỵ Anh · đã đóng", "Bộ phận một cửa"]);
});

it("says which zone of VN-2000 coordinates are in, as the reader writes numbers", () => {
  expect(nameOf(HERE, "vi")).toBe("20,457824; 106,273026");
  expect(aboutText(HERE, "vi")).toBe("VN-2000, múi 3°, kinh tuyến trục 105°30′: bắc 2.263.123,5; đông 580.456,2 · Xã Vũ Thư");
  expect(aboutText({ ...HERE, within: null, around: false }, "en")).toBe(
    "VN-2000, zone of 3°, central meridian 105°30′: N 2,263,123.5; E 580,456.2 · outside the area");
  expect(zoneText({ zone_width: 6, meridian: 105, easting: 0, northing: 0 }, "vi")).toBe("VN-2000, múi 6°, kinh tuyến trục 105°00′");
  expect([kindText(HERE, "vi"), kindText({ ...HERE, system: "EPSG:4326" }, "vi")]).toEqual(["VN-2000", "WGS 84"]);
});

it("keeps features and systems apart", () => {
  expect(new Set([UNIT, HERE, { ...UNIT, fid: 35 }, { ...HERE, system: "EPSG:3405" }].map(keyOf)).size).toBe(4);
});

it.each([
  ["20.45, 106.34", [106.34, 20.45]], ["106,34; 20,45", [106.34, 20.45]], ["20.45 106.34", [106.34, 20.45]],
])("takes %s for a place", (text, at) => {
  expect(coordinatesIn(text)?.at).toEqual(at);
});

it.each(["Thôn 5", "20.45", "95, 190", "999, 999", "20.45, x"])("does not take %s for a place", (text) => {
  expect(coordinatesIn(text)).toBeNull();
});
