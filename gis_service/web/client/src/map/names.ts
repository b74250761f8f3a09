/**
 * Names of areas: one for each, well inside it.
 *
 * A vector tile holds only the part of an area that lies in it, and a name on every part would stand two or
 * three times over. So the parts are gathered by feature, and the name goes to the middle of the largest.
 */

import type { Feature, FeatureCollection, Point, Polygon, Position } from "geojson";
import polylabel from "polylabel";

export type Names = FeatureCollection<Point, { name: string; rank: number; code: string }>;

/** Twice the area of a ring, in whatever its units are; only good for comparing. */
function extentOf(ring: readonly Position[]): number {
  let sum = 0;
  ring.forEach(([x = 0, y = 0], index) => {
    const [nextX = 0, nextY = 0] = ring[(index + 1) % ring.length] ?? [];
    sum += x * nextY - nextX * y;
  });
  return Math.abs(sum);
}

function polygonsOf(feature: Feature): readonly Polygon["coordinates"][] {
  if (feature.geometry.type === "Polygon") return [feature.geometry.coordinates];
  return feature.geometry.type === "MultiPolygon" ? feature.geometry.coordinates : [];
}

type Properties = Readonly<Record<string, unknown>>;

interface Largest {
  readonly area: number;
  readonly polygon: Polygon["coordinates"];
  readonly name: string;
  readonly rank: number;
  readonly code: string;
}

/**
 * One point for each feature, inside the largest of its parts; degrees in, degrees out.
 *
 * Names of a lower rank are placed first where there is not room for all. `key` is the column that tells areas apart for
 * good; what it holds goes with the name.
 */
export function namesOfAreas(parts: readonly Feature[], rankOf: (properties: Properties) => number = () => 0, key = ""): Names {
  const largest = new Map<string, Largest>();
  for (const part of parts) {
    const name = part.properties?.["name"];
    if (typeof name !== "string") continue;
    const rank = rankOf(part.properties ?? {});
    for (const polygon of polygonsOf(part)) {
      const area = extentOf(polygon[0] ?? []);
      if (area > (largest.get(String(part.id))?.area ?? 0)) largest.set(String(part.id), { area, polygon, name, rank, code: String(part.properties?.[key] ?? "") });
    }
  }
  return {
    type: "FeatureCollection",
    features: [...largest.entries()].toSorted(([a], [b]) => Number(a) - Number(b)).map(([, { area, polygon, name, rank, code }]) => {
      const [x, y] = polylabel(polygon, Math.sqrt(area) / 50);
      return { type: "Feature", geometry: { type: "Point", coordinates: [x ?? 0, y ?? 0] }, properties: { name, rank, code } };
    }),
  };
}
