/** Finding a place by its name, written with or without diacritics, or by its coordinates: the service finds, the page shows. */

import { read } from "./api";
import { numberText, word, type Language, type Word } from "./language";

interface Metres {
  readonly zone_width: 3 | 6;
  /** Degrees. */
  readonly meridian: number;
  readonly easting: number;
  readonly northing: number;
}

export interface Found {
  /** "former" is a unit of another list, which is part of the unit `within` now. */
  readonly kind: "unit" | "former" | "settlement" | "place" | "coordinates";
  readonly name: string;
  /** What its layer, its list of units or its system is called. */
  readonly title: string;
  readonly lon: number;
  readonly lat: number;
  /** The unit of the shown list that holds it. */
  readonly within: { readonly code: string; readonly name: string } | null;
  readonly layer: string | null;
  readonly fid: number | null;
  readonly closed: boolean;
  readonly system: string | null;
  readonly vn2000: Metres | null;
  readonly around: boolean;
}

/** Ask what a text may mean; an empty one makes the service ready to be asked. */
export async function findPlaces(text: string, vintage: string | null, language: Language, signal?: AbortSignal): Promise<readonly Found[]> {
  const asked = new URLSearchParams({ q: text, ...(vintage === null ? {} : { vintage }) });
  return (await read<{ items: readonly Found[] }>(`/places?${asked.toString()}`, language, signal)).items;
}

/** "20.45, 106.34" is a place, latitude first as maps write it; the other way round is understood too. */
export function coordinatesIn(text: string): { readonly at: readonly [number, number] } | null {
  const parts = /^\s*(-?\d{1,3}(?:[.,]\d+)?)\s*[;, ]\s*(-?\d{1,3}(?:[.,]\d+)?)\s*$/.exec(text);
  const [a, b] = [parts?.[1], parts?.[2]].map((part) => Number(part?.replace(",", ".") ?? Number.NaN));
  if (a === undefined || b === undefined || !Number.isFinite(a) || !Number.isFinite(b)) return null;
  const [lat, lon] = Math.abs(a) > 90 ? [b, a] : [a, b];
  return Math.abs(lat) > 90 || Math.abs(lon) > 180 ? null : { at: [lon, lat] };
}

/** Tells one result from every other. */
export function keyOf(found: Found): string {
  return `${found.layer ?? found.system ?? ""} ${found.fid ?? found.name}`;
}

/** 105.5 is "105°30′". */
function meridianText(degrees: number): string {
  const minutes = Math.round(degrees * 60);
  return `${Math.floor(minutes / 60)}°${String(minutes % 60).padStart(2, "0")}′`;
}

/** A zone of VN-2000 as people name it: "VN-2000, múi 3°, kinh tuyến 105°30′". */
export function zoneText({ zone_width: width, meridian }: Metres, language: Language): string {
  return `VN-2000, ${word("zoneWidth", language)} ${width}°, ${word("meridian", language)} ${meridianText(meridian)}`;
}

/** Latitude and longitude as their reader writes them, with a sign between that is no decimal. */
export function degreesText(lat: number, lon: number, language: Language): string {
  return `${numberText(lat, language, 6)}; ${numberText(lon, language, 6)}`;
}

/** What a result is called. */
export function nameOf(found: Found, language: Language): string {
  return found.kind === "coordinates" ? degreesText(found.lat, found.lon, language) : found.name;
}

/** Where it belongs, to tell namesakes apart. */
export function aboutText(found: Found, language: Language): string {
  const within = found.within?.name ?? null;
  if (found.kind === "former") return `${word("nowPartOf", language)} ${within}`;
  if (found.kind === "unit") return found.title;
  const { vn2000, closed } = found;
  const north = vn2000 && `${word("north", language)} ${numberText(vn2000.northing, language, 1)}; ${word("east", language)} ${numberText(vn2000.easting, language, 1)}`;
  const outside = found.around ? null : word("outsideCity", language);
  return [vn2000 && `${zoneText(vn2000, language)}: ${north}`, within, closed ? word("closed", language) : null, outside].filter(Boolean).join(" · ");
}

const KINDS: Readonly<Record<Found["kind"], Word | null>> = {
  unit: "kindUnit", former: "kindFormer", settlement: "kindSettlement", place: null, coordinates: null,
};

/** What sort of thing it is: of places the layer, of coordinates the system that they were read in. */
export function kindText(found: Found, language: Language): string {
  const kind = KINDS[found.kind];
  if (kind !== null) return word(kind, language);
  if (found.kind === "place") return found.title;
  return found.system === "EPSG:4326" ? "WGS 84" : "VN-2000";
}
