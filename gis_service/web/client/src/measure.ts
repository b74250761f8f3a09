/** Units of measure, as the layers' definitions write them, in the reader's language. */

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

/** "9,32 km²", "40 giường"; a unit that has no words here is written as the definition has it. */
export function withUnit(figure: string, unit: string, language: Language): string {
  const words = UNITS[unit]?.[language] ?? unit;
  return words === "°" ? `${figure}°` : `${figure}${NO_BREAK_SPACE}${words}`;
}
