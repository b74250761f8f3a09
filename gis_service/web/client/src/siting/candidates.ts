/** The candidates as the map shows them: features of a layer, or places pressed on the map. */

import type { Feature, FeatureCollection } from "geojson";

import { read } from "../api";
import { middleOf } from "../box";
import type { At } from "../edits";
import type { Language } from "../language";
import type { Layer } from "../layers";
import type { City } from "../page";
import { textOf } from "../text";
import { wordedField, type Ask } from "./ask";

/** As many as the service takes. */
const MOST = 5000;

export interface Candidate {
  readonly id: string;
  readonly name: string | null;
  readonly at: At;
}

export interface Candidates {
  readonly list: readonly Candidate[];
  /** How many there are, those that are not drawn among them. */
  readonly count: number;
}

/** Rows of a layer that may be candidates, in CQL2 text; null for all. */
export function rowsText(ask: Ask, city: City): string | null {
  const field = ask.layer === null ? null : wordedField(city, ask.layer);
  if (!field || ask.values.length === 0) return null;
  return `${field.name} IN (${ask.values.map((one) => `'${one.replaceAll("'", "''")}'`).join(",")})`;
}

/** Layers whose features can be candidates: places and areas, not the units that are asked about nor the places that stand. */
export function sourceLayers(layers: readonly Layer[], city: City, service: string): readonly Layer[] {
  const units = new Set([...city.vintages.map((one) => one.layer), ...city.former]);
  return layers.filter(({ id, isEmpty, look }) =>
    !isEmpty && (look.kind === "point" || look.kind === "area") && id !== service && !units.has(id));
}

function candidateOf(layer: string, feature: Feature): readonly Candidate[] {
  const at = middleOf(feature.geometry);
  return at ? [{ id: `${layer}.${String(feature.id)}`, name: textOf(feature.properties?.["name"]), at }] : [];
}

/** The features of a layer, as the service holds them now; which of them nobody can get to only an answer tells. */
export async function readCandidates(layer: string, rows: string | null, language: Language, signal: AbortSignal): Promise<Candidates> {
  const part = rows === null ? "" : `&filter=${encodeURIComponent(rows)}`;
  const found = await read<FeatureCollection & { readonly numberMatched?: number }>(
    `/collections/${layer}/items?limit=${MOST}${part}`, language, signal);
  const list = found.features.flatMap((one) => candidateOf(layer, one));
  return { list, count: found.numberMatched ?? list.length };
}

export function pressedOf(ask: Ask): Candidates {
  return { list: ask.places.map(({ id, at }) => ({ id, name: null, at })), count: ask.places.length };
}
