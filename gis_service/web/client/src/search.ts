/** Finding a place by its name, written with or without diacritics, or by its coordinates. */

import type { Unit } from "./units";

export interface Found {
  /** "former" is a unit of the list before, opened as the unit it is part of now. */
  readonly kind: "unit" | "former" | "facility" | "settlement" | "coordinates";
  readonly name: string;
  /** Where it belongs, to tell namesakes apart. */
  readonly within: string;
  readonly at: readonly [number, number] | null;
  readonly id: string;
}

export interface Entry extends Found {
  readonly folded: string;
  /** Tells it from every other; two former units may open the same one. */
  readonly key: string;
}

const MOST = 8;
const KIND_ORDER = { coordinates: 0, unit: 1, former: 2, settlement: 3, facility: 4 } as const;

/** "Đông Thuỵ Anh" and "dong thuy anh" are the same to a searcher. */
export function folded(text: string): string {
  return text.normalize("NFD").replace(/\p{Mn}/gu, "").replace(/[đĐ]/g, "d").toLowerCase().replace(/\s+/g, " ").trim();
}

export function entryOf(found: Found): Entry {
  return { ...found, folded: folded(found.name), key: `${found.kind} ${found.id}` };
}

/** Units of the list before, each as the unit of `now` that it became part of; one that nothing became of is left out. */
export function formerEntries(
  units: readonly Unit[], now: ReadonlyMap<string, string>, nowPartOf: string,
): readonly Entry[] {
  return units.flatMap(({ id, name, successor }) => {
    const heir = successor === null ? undefined : now.get(successor);
    // A name that stayed is found as the unit of today.
    if (successor === null || heir === undefined || heir === name) return [];
    return [{ ...entryOf({ kind: "former", name, within: `${nowPartOf} ${heir}`, at: null, id: successor }), key: `former ${id}` }];
  });
}

/** "20.45, 106.34" is a place, latitude first as maps write it; the other way round is understood too. */
export function coordinatesIn(text: string): Entry | null {
  const parts = /^\s*(-?\d{1,3}(?:[.,]\d+)?)\s*[;, ]\s*(-?\d{1,3}(?:[.,]\d+)?)\s*$/.exec(text);
  const [a, b] = [parts?.[1], parts?.[2]].map((part) => Number(part?.replace(",", ".") ?? Number.NaN));
  if (a === undefined || b === undefined || !Number.isFinite(a) || !Number.isFinite(b)) return null;
  const [lat, lon] = Math.abs(a) > 90 ? [b, a] : [a, b];
  if (Math.abs(lat) > 90 || Math.abs(lon) > 180) return null;
  const name = `${lat}, ${lon}`;
  return entryOf({ kind: "coordinates", name, within: "WGS 84", at: [lon, lat], id: name });
}

/** Where the words stand in the name: at its beginning, at the beginning of a word, inside; null when nowhere. */
function rankOf(entry: Entry, wanted: string): number | null {
  const at = entry.folded.indexOf(wanted);
  if (at < 0) return null;
  if (at === 0) return 0;
  return entry.folded.charAt(at - 1) === " " ? 1 : 2;
}

export function search(entries: readonly Entry[], text: string): readonly Entry[] {
  const place = coordinatesIn(text);
  if (place) return [place];
  const wanted = folded(text);
  if (wanted === "") return [];
  return entries
    .flatMap((entry) => {
      const rank = rankOf(entry, wanted);
      return rank === null ? [] : [{ entry, rank }];
    })
    .toSorted((a, b) => a.rank - b.rank || KIND_ORDER[a.entry.kind] - KIND_ORDER[b.entry.kind]
      || a.entry.name.length - b.entry.name.length || a.entry.name.localeCompare(b.entry.name, "vi"))
    .slice(0, MOST)
    .map(({ entry }) => entry);
}
