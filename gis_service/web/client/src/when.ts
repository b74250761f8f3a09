/** The day that the map shows: what was open then, which projects belong to its phase, which units held. */

import { inSentence } from "./answer";
import { dateText, type Language } from "./language";
import type { Layer } from "./layers";
import type { City, Phase, Vintage } from "./page";
import { BASE_LEVEL, dayBefore, vintageText } from "./vintages";

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const NAME = /^[a-z][a-z0-9_]*$/;

/** A day of the calendar (ISO); anything else counts as none. */
export function dayIn(text: string | null): string | null {
  if (text === null || !DAY.test(text)) return null;
  const date = new Date(`${text}T00:00:00Z`);
  return Number.isNaN(date.getTime()) || date.toISOString().slice(0, 10) !== text ? null : text;
}

/** A day that many readers choose: the last one of a phase, or of a list of units. */
export interface NamedDay {
  readonly day: string;
  readonly name: string;
}

export function phaseDays(city: City, language: Language): readonly NamedDay[] {
  return city.phases.map(({ title, to }) => ({ day: dayBefore(to), name: title[language] }));
}

/** Of the lists of units that no longer hold. */
export function vintageDays(city: City, language: Language): readonly NamedDay[] {
  return city.vintages.flatMap((one) =>
    (one.to === null || one.level !== BASE_LEVEL ? [] : [{ day: dayBefore(one.to), name: vintageText(one, city, language) }]));
}

function holds({ from, to }: { readonly from: string; readonly to: string | null }, day: string): boolean {
  return from <= day && day < (to ?? "9999");
}

/** The units of a day: communes where their list is kept, else districts; null where neither is. */
export function vintageOn(day: string, city: City): Vintage | null {
  const held = city.vintages.filter((one) => holds(one, day));
  return held.find(({ level }) => level === BASE_LEVEL) ?? held[0] ?? null;
}

/** Whether districts hold on a day; in a city that keeps no list of them their names are names of places, on any day. */
export function hasDistricts(day: string, city: City): boolean {
  const lists = city.vintages.filter(({ level }) => level === "district");
  return lists.length === 0 || lists.some((one) => holds(one, day));
}

export function phaseOn(day: string, city: City): Phase | null {
  return city.phases.find((one) => holds(one, day)) ?? null;
}

function isDated({ fields }: Layer, name: string): boolean {
  return fields.some((field) => field.name === name && field.isDate);
}

/** Which rows of a layer belong to a day, in CQL2 text, always written alike; null for a layer that knows of no time. */
export function rowsOn(layer: Layer, day: string | null, city: City): string | null {
  if (day === null) return null;
  const begun = isDated(layer, "open_from") ? [`(open_from IS NULL OR open_from <= DATE('${day}'))`] : [];
  const lasts = isDated(layer, "open_to") ? [`(open_to IS NULL OR open_to > DATE('${day}'))`] : [];
  const parts = [...begun, ...lasts];
  if (parts.length > 0) return parts.join(" AND ");
  const phase = phaseOn(day, city);
  if (phase === null || !NAME.test(phase.id) || !layer.fields.some(({ name }) => name === "phase")) return null;
  return `phase = '${phase.id}'`;
}

/** What is shown of a layer on a day: "mở ngày 31/12/2022", "giai đoạn 1 (2020–2022): …"; null when that is all of it. */
export function rowsText(layer: Layer, day: string | null, city: City, language: Language): string | null {
  if (day === null || rowsOn(layer, day, city) === null) return null;
  if (isDated(layer, "open_from") || isDated(layer, "open_to")) {
    const date = dateText(day, language);
    return language === "vi" ? `mở cửa ngày ${date}` : `open on ${date}`;
  }
  return inSentence(phaseOn(day, city)?.title[language] ?? "");
}
