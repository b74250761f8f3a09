/**
 * The administrative units as the service keeps them: their names, and the whole of each one's box.
 *
 * A tile holds only the part of a unit that lies in it; who wants a unit whole asks the collection.
 */

import type { FeatureCollection } from "geojson";

import { read } from "./api";
import { boxOf, type Box } from "./box";
import type { Language } from "./language";
import type { City } from "./page";
import { textOf } from "./text";

export interface Unit {
  readonly id: string;
  readonly name: string;
  /** Null for a unit that is known by its figures alone. */
  readonly box: Box | null;
}

const MOST = 10_000;

/** `key` is the column that holds a unit's code. */
export function unitsOf(found: FeatureCollection, key: string): readonly Unit[] {
  return found.features.flatMap(({ geometry, properties }) => {
    const id = textOf(properties?.[key]);
    const name = textOf(properties?.["full_name"]) ?? textOf(properties?.["name"]) ?? id;
    if (id === null || name === null) return [];
    return [{ id, name, box: boxOf(geometry) }];
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
