/** Features as text: one for the pop-up, a page of them for the table. Values are shown as text, never as HTML. */

import type { Feature, FeatureCollection, Geometry } from "geojson";

import { read } from "./api";
import { dateText, numberText, word, type Language } from "./language";
import type { Layer } from "./layers";

export interface Row {
  readonly label: string;
  readonly value: string;
}

/** Units as people write them: "km²", "người". */
function unitText(unit: string, language: Language): string {
  if (unit === "persons") return language === "vi" ? "người" : "people";
  return unit.replace(/^(k?m)2$/, "$1²").replace(/^m3$/, "m³");
}

export function valueText(value: unknown, unit: string | null, language: Language): string {
  if (value === null || value === undefined || value === "") return word("noValue", language);
  if (typeof value === "boolean") return word(value ? "yes" : "no", language);
  if (typeof value === "number") {
    const figure = numberText(value, language, 3);
    return unit ? `${figure}\u00a0${unitText(unit, language)}` : figure;
  }
  return typeof value === "string" ? dateText(value, language) : JSON.stringify(value);
}

/** The feature's attributes in the order of the layer's definition, with the labels of its reader. */
export function rowsOf(layer: Layer, properties: Readonly<Record<string, unknown>>, language: Language): readonly Row[] {
  const defined = layer.fields.filter((field) => field.name !== "name" && field.name in properties);
  if (layer.fields.length > 0) {
    return defined.map((field) => ({
      label: field.label[language],
      value: valueText(properties[field.name], field.unit, language),
    }));
  }
  return Object.entries(properties).map(([label, value]) => ({ label, value: valueText(value, null, language) }));
}

export function nameOf(layer: Layer, fid: number | string, properties: Readonly<Record<string, unknown>>): string {
  const name = properties["name"];
  return typeof name === "string" && name !== "" ? name : `${layer.title} ${fid}`;
}

/** Any position inside the feature's box, good enough to move the map to. */
export function middleOf(geometry: Geometry | null): readonly [number, number] | null {
  let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
  const visit = (part: unknown): void => {
    if (!Array.isArray(part)) return;
    const [x, y] = part as unknown[];
    if (typeof x === "number" && typeof y === "number") {
      [west, south, east, north] = [Math.min(west, x), Math.min(south, y), Math.max(east, x), Math.max(north, y)];
    } else part.forEach(visit);
  };
  if (geometry?.type === "GeometryCollection") geometry.geometries.forEach((one) => "coordinates" in one && visit(one.coordinates));
  else if (geometry) visit(geometry.coordinates);
  return Number.isFinite(west) ? [(west + east) / 2, (south + north) / 2] : null;
}

export async function readFeature(layer: string, fid: number, language: Language, signal?: AbortSignal): Promise<Feature> {
  return read<Feature>(`/collections/${layer}/items/${fid}`, language, signal);
}

export const PAGE_SIZE = 50;

export async function readPageOf(layer: string, language: Language, signal?: AbortSignal): Promise<FeatureCollection> {
  return read<FeatureCollection>(`/collections/${layer}/items?limit=${PAGE_SIZE}`, language, signal);
}
