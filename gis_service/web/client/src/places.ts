/**
 * Names that every map of Viet Nam's sea carries, whatever layers are loaded.
 *
 * One point in each archipelago, for the label only: neither marks an island or a boundary.
 */

import type { FeatureCollection, Point } from "geojson";
import type { ExpressionSpecification } from "maplibre-gl";

import type { Language } from "./language";

const ARCHIPELAGOS = [
  { vi: "Quần đảo Hoàng Sa (Việt Nam)", en: "Hoàng Sa archipelago (Việt Nam)", position: [112.0, 16.5] },
  { vi: "Quần đảo Trường Sa (Việt Nam)", en: "Trường Sa archipelago (Việt Nam)", position: [114.0, 10.0] },
] as const;

export function archipelagos(language: Language): FeatureCollection<Point, { name: string; label: string }> {
  return {
    type: "FeatureCollection",
    features: ARCHIPELAGOS.map((place) => ({
      type: "Feature",
      geometry: { type: "Point", coordinates: [...place.position] },
      // The country on a line of its own: a name is never broken inside.
      properties: { name: place[language], label: place[language].replace(" (", "\n(") },
    })),
  };
}

/** Seas by the name that Vietnamese data gives them. */
const SEAS = [{ vi: "Biển Đông", en: "East Sea" }] as const;

/** What to write for a feature called `name` by its data: a sea in the reader's language, anything else as it is. */
export function seaName(language: Language): ExpressionSpecification {
  const own: ExpressionSpecification = ["get", "name"];
  const pairs = SEAS.flatMap((sea) => [sea.vi, sea[language]]);
  return ["match", ["coalesce", own, ""], ...pairs, own] as unknown as ExpressionSpecification;
}

export function eastSea(language: Language): string {
  return SEAS[0][language];
}
