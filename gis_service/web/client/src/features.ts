/** Features as text: one for the pop-up, a page of them for the table. Values are shown as text, never as HTML. */

import type { Feature, FeatureCollection } from "geojson";

import { read } from "./api";
import { dateText, numberText, word, type Language } from "./language";
import type { Layer } from "./layers";
import { withUnit } from "./measure";
import type { Field } from "./page";

export interface Row {
  readonly label: string;
  readonly value: string;
}

/** A year is a name, not a quantity: "2015", never "2.015". A length of time in years has a unit. */
function isYear({ name, unit }: Field): boolean {
  return unit === "year" || (unit === null && /(^|_)year(_|$)/.test(name));
}

/** A value as its reader writes it; `field` is the column's definition, null for a column that nobody has defined. */
export function valueText(value: unknown, field: Field | null, language: Language): string {
  if (value === null || value === undefined || value === "") return word("noValue", language);
  if (typeof value === "boolean") return word(value ? "yes" : "no", language);
  if (typeof value === "number") {
    if (field && isYear(field)) return String(value);
    const figure = numberText(value, language, 3);
    return field?.unit ? withUnit(figure, field.unit, language) : figure;
  }
  if (typeof value !== "string") return JSON.stringify(value);
  return field?.words[value]?.[language] ?? dateText(value, language);
}

/** The feature's attributes in the order of the layer's definition, with the labels of its reader. */
export function rowsOf(layer: Layer, properties: Readonly<Record<string, unknown>>, language: Language): readonly Row[] {
  const defined = layer.fields.filter((field) => field.name !== "name" && field.name in properties);
  if (layer.fields.length > 0) {
    return defined.map((field) => ({
      label: field.label[language],
      value: valueText(properties[field.name], field, language),
    }));
  }
  return Object.entries(properties).map(([label, value]) => ({ label, value: valueText(value, null, language) }));
}

export function nameOf(layer: Layer, fid: number | string, properties: Readonly<Record<string, unknown>>): string {
  const name = properties["name"];
  return typeof name === "string" && name !== "" ? name : `${layer.title} ${fid}`;
}

export async function readFeature(layer: string, fid: number, language: Language, signal?: AbortSignal): Promise<Feature> {
  return read<Feature>(`/collections/${layer}/items/${fid}`, language, signal);
}

export const PAGE_SIZE = 50;

/** The first rows of a layer; `rows` in CQL2 text tell which. */
export async function readPageOf(layer: string, rows: string | null, language: Language, signal?: AbortSignal): Promise<FeatureCollection> {
  const part = rows === null ? "" : `&filter=${encodeURIComponent(rows)}`;
  return read<FeatureCollection>(`/collections/${layer}/items?limit=${PAGE_SIZE}${part}`, language, signal);
}
