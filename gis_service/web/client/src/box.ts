/** The box that holds a geometry. */

import type { Geometry } from "geojson";

/** West, south, east, north in degrees. */
export type Box = readonly [number, number, number, number];

/** The box of any geometry; null for none and for an empty one. */
export function boxOf(geometry: Geometry | null): Box | null {
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
  return Number.isFinite(west) ? [west, south, east, north] : null;
}

export function middleOf(geometry: Geometry | null): readonly [number, number] | null {
  const box = boxOf(geometry);
  return box && [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2];
}
