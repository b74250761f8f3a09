/** Lists of administrative units by time: how each is called, and when it holds. */

import { dateText, numberText, type Language, type Text, type Word } from "./language";
import type { City, Vintage } from "./page";

type Level = Vintage["level"];

/** Of these units the page speaks when nobody has chosen others. */
export const BASE_LEVEL: Level = "commune";

const NOUNS: Readonly<Record<Level, { readonly vi: string; readonly en: string; readonly one: string }>> = {
  commune: { vi: "xã", en: "communes", one: "commune" },
  district: { vi: "huyện", en: "districts", one: "district" },
};

/** "65 xã", "1 district". */
export function unitCount(count: number, level: Level, language: Language): string {
  const { vi, en, one } = NOUNS[level];
  return `${numberText(count, language)} ${language === "vi" ? vi : count === 1 ? one : en}`;
}

export function dayBefore(day: string): string {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() - 1);
  return date.toISOString().slice(0, 10);
}

/** "từ 2025", "2024–2025": the years in which units hold; the last day counts, not the one after it. */
function yearsText({ from, to }: Vintage, language: Language): string {
  const begun = from.slice(0, 4);
  if (to === null) return language === "vi" ? `từ ${begun}` : `since ${begun}`;
  const ended = dayBefore(to).slice(0, 4);
  return begun === ended ? begun : `${begun}–${ended}`;
}

/** In short, for a list of choices: "65 xã từ 2025", "8 districts 2019–2025". */
export function vintageText(vintage: Vintage, city: City, language: Language): string {
  const count = city.counts[vintage.layer];
  const { vi, en } = NOUNS[vintage.level];
  const units = count === undefined ? (language === "vi" ? vi : en) : unitCount(count, vintage.level, language);
  return `${units} ${yearsText(vintage, language)}`;
}

/** In full: the title of the list, its first and its last day. */
export function validityText({ title, from, to }: Vintage, language: Language): string {
  const first = dateText(from, language);
  const last = to === null ? null : dateText(dayBefore(to), language);
  const said: Text = last === null
    ? { vi: `có giá trị từ ngày ${first} đến nay`, en: `valid since ${first}` }
    : { vi: `có giá trị từ ngày ${first} đến hết ngày ${last}`, en: `valid from ${first} until ${last}` };
  return `${title[language]}: ${said[language]}`;
}

const OF_DISTRICTS: Readonly<Partial<Record<Word, Word>>> = {
  zone: "zoneDistrict", unitsTable: "unitsTableDistrict", coverageLegend: "coverageLegendDistrict", unitsIn: "unitsInDistrict",
};

/** The word for the units that the answer is told by: some name communes, and have another for districts. */
export function ofLevel(word: Word, level: Level | undefined): Word {
  return level === "district" ? OF_DISTRICTS[word] ?? word : word;
}
