/**
 * The administrative units as the service keeps them: their names, the whole of each one's box, and what became of it.
 *
 * A tile holds only the part of a unit that lies in it; who wants a unit whole asks the collection.
 */

import type { FeatureCollection } from "geojson";

import { read } from "./api";
import { boxOf, type Box } from "./box";
import type { Language } from "./language";
import type { City, Vintage } from "./page";
import { textOf } from "./text";

export interface Unit {
  readonly id: string;
  readonly name: string;
  /** Null for a unit that is known by its figures alone. */
  readonly box: Box | null;
  /** Code of the unit of the next list that it is part of now. */
  readonly successor: string | null;
}

const SUCCESSOR = "successor";
const MOST = 10_000;

/** `key` is the column that holds a unit's code. */
export function unitsOf(found: FeatureCollection, key: string): readonly Unit[] {
  return found.features.flatMap(({ geometry, properties }) => {
    const id = textOf(properties?.[key]);
    const name = textOf(properties?.["full_name"]) ?? textOf(properties?.["name"]) ?? id;
    if (id === null || name === null) return [];
    return [{ id, name, box: boxOf(geometry), successor: textOf(properties?.[SUCCESSOR]) }];
  });
}

const known = new Map<string, Promise<readonly Unit[]>>();

/** Read once while the page is open; a failure is forgotten, so that the next call asks again. */
export async function readUnits(layer: string, city: City, language: Language): Promise<readonly Unit[]> {
  const key = city.keys[layer];
  if (!key) return [];
  const before = known.get(layer);
  if (before) return before;
  const reading = read<FeatureCollection>(`/collections/${layer}/items?limit=${MOST}`, language).then((found) => unitsOf(found, key));
  known.set(layer, reading);
  reading.catch(() => known.delete(layer));
  return reading;
}

/** The list of units that this one replaced, when it says what became of each; null when none does. */
export function formerOf(vintage: Vintage, city: City): Vintage | null {
  return city.vintages.find(({ layer, level, to }) =>
    level === vintage.level && to === vintage.from && (city.fields[layer] ?? []).some(({ name }) => name === SUCCESSOR)) ?? null;
}
