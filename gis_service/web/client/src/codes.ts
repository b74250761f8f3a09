/** Units of measure and the words of fixed lists, as the layers' definitions write them, in the reader's language. */

import type { Language, Text } from "./language";

const NO_BREAK_SPACE = "\u00a0";

const UNITS: Readonly<Record<string, Text>> = {
  persons: { vi: "người", en: "people" },
  beds: { vi: "giường", en: "beds" },
  pupils: { vi: "học sinh", en: "pupils" },
  stalls: { vi: "điểm kinh doanh", en: "stalls" },
  vehicles: { vi: "xe", en: "vehicles" },
  "million VND": { vi: "triệu đồng", en: "million VND" },
  years: { vi: "năm", en: "years" },
  min: { vi: "phút", en: "min" },
  deg: { vi: "°", en: "°" },
  m2: { vi: "m²", en: "m²" },
  m3: { vi: "m³", en: "m³" },
  km2: { vi: "km²", en: "km²" },
};

/** Words of fixed lists by the column they stand in: a commune is a unit in one, a class of road in another. */
const CODES: Readonly<Record<string, Readonly<Record<string, Text>>>> = {
  role: {
    main: { vi: "cơ sở chính", en: "main" },
    branch: { vi: "điểm phụ", en: "branch" },
  },
  ownership: {
    public: { vi: "công lập", en: "public" },
    private: { vi: "tư thục", en: "private" },
  },
  unit_type: {
    ward: { vi: "phường", en: "ward" },
    township: { vi: "thị trấn", en: "township" },
    commune: { vi: "xã", en: "commune" },
  },
  level: {
    basic: { vi: "cơ bản", en: "basic" },
    specialised: { vi: "chuyên sâu", en: "specialised" },
    area: { vi: "khu vực", en: "area" },
  },
  road_class: {
    expressway: { vi: "cao tốc", en: "expressway" },
    national: { vi: "quốc lộ", en: "national" },
    provincial: { vi: "đường tỉnh", en: "provincial" },
    district: { vi: "đường huyện", en: "district" },
    commune: { vi: "đường xã", en: "commune" },
    village_lane: { vi: "đường thôn", en: "village lane" },
    alley: { vi: "ngõ", en: "alley" },
  },
  kind: {
    village: { vi: "thôn", en: "village" },
    street_group: { vi: "tổ dân phố", en: "street group" },
    town: { vi: "trung tâm đô thị", en: "town" },
    garden: { vi: "vườn hoa", en: "garden" },
    area_park: { vi: "công viên khu vực", en: "area park" },
    city_park: { vi: "công viên thành phố", en: "city park" },
    river: { vi: "sông", en: "river" },
    canal: { vi: "kênh", en: "canal" },
    lake: { vi: "hồ", en: "lake" },
    sea: { vi: "biển", en: "sea" },
    reserve: { vi: "khu bảo tồn", en: "reserve" },
    protective_forest: { vi: "rừng phòng hộ", en: "protective forest" },
    dyke_corridor: { vi: "hành lang bảo vệ đê", en: "dyke corridor" },
    heritage: { vi: "di tích", en: "heritage" },
    military: { vi: "đất quốc phòng", en: "military" },
    combined: { vi: "cống chung", en: "combined" },
    sanitary: { vi: "nước thải", en: "sanitary" },
    storm: { vi: "nước mưa", en: "storm water" },
    other: { vi: "khác", en: "other" },
  },
  use: {
    residential_urban: { vi: "đất ở đô thị", en: "urban housing" },
    residential_rural: { vi: "đất ở nông thôn", en: "rural housing" },
    public_building: { vi: "công trình công cộng", en: "public building" },
    industry: { vi: "công nghiệp", en: "industry" },
    commerce: { vi: "thương mại, dịch vụ", en: "commerce" },
    transport: { vi: "giao thông", en: "transport" },
    farmland: { vi: "đất nông nghiệp", en: "farmland" },
    aquaculture: { vi: "nuôi trồng thuỷ sản", en: "aquaculture" },
    forest: { vi: "rừng", en: "forest" },
    green_space: { vi: "cây xanh", en: "green space" },
    cemetery: { vi: "nghĩa trang", en: "cemetery" },
    water: { vi: "mặt nước", en: "water" },
    coastal_flat: { vi: "bãi bồi ven biển", en: "coastal flat" },
    other: { vi: "khác", en: "other" },
  },
  material: {
    hdpe: { vi: "nhựa HDPE", en: "HDPE" },
    pvc: { vi: "nhựa PVC", en: "PVC" },
    steel: { vi: "thép", en: "steel" },
    cast_iron: { vi: "gang", en: "cast iron" },
    concrete: { vi: "bê tông", en: "concrete" },
    brick: { vi: "gạch", en: "brick" },
    other: { vi: "khác", en: "other" },
  },
  purpose: {
    traffic: { vi: "giao thông", en: "traffic" },
    security: { vi: "an ninh", en: "security" },
    environment: { vi: "môi trường", en: "environment" },
  },
  sector: {
    health: { vi: "y tế", en: "health" },
    education: { vi: "giáo dục", en: "education" },
    transport: { vi: "giao thông", en: "transport" },
    agriculture: { vi: "nông nghiệp", en: "agriculture" },
    tourism: { vi: "du lịch", en: "tourism" },
    safety: { vi: "an toàn", en: "safety" },
    environment: { vi: "môi trường", en: "environment" },
    urban_management: { vi: "quản lý đô thị", en: "urban management" },
    e_government: { vi: "chính quyền điện tử", en: "e-government" },
    economy: { vi: "kinh tế", en: "economy" },
  },
  status: {
    proposed: { vi: "đề xuất", en: "proposed" },
    approved: { vi: "đã duyệt", en: "approved" },
    under_way: { vi: "đang thực hiện", en: "under way" },
    commissioned: { vi: "đã đưa vào sử dụng", en: "commissioned" },
    stopped: { vi: "đã dừng", en: "stopped" },
  },
};

/** "9,32 km²", "40 giường"; a unit that has no words here is written as the definition has it. */
export function withUnit(figure: string, unit: string, language: Language): string {
  const words = UNITS[unit]?.[language] ?? unit;
  return words === "°" ? `${figure}°` : `${figure}${NO_BREAK_SPACE}${words}`;
}

/** A word of the fixed list of a column; one that is not known here stays as it is. */
export function codeText(code: string, column: string, language: Language): string {
  return CODES[column]?.[code]?.[language] ?? code;
}
