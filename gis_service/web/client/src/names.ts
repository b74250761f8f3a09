/**
 * Names of areas: one for each, well inside it.
 *
 * A vector tile holds only the part of an area that lies in it, and a name on every part would stand two or
 * three times over. So the parts are gathered by feature, and the name goes to the middle of the largest.
 */

import type { Feature, FeatureCollection, Point, Polygon, Position } from "geojson";
import type { AddLayerObject, GeoJSONSource, Map as MapLibre } from "maplibre-gl";
import polylabel from "polylabel";

import { nameLayout, namePaint, sourceId, type Layer } from "./layers";

export type Names = FeatureCollection<Point, { name: string }>;

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

/** One point for each feature, inside the largest of its parts; degrees in, degrees out. */
export function namesOfAreas(parts: readonly Feature[]): Names {
  const largest = new Map<string, { area: number; polygon: Polygon["coordinates"]; name: string }>();
  for (const part of parts) {
    const name = part.properties?.["name"];
    if (typeof name !== "string") continue;
    for (const polygon of polygonsOf(part)) {
      const area = extentOf(polygon[0] ?? []);
      if (area > (largest.get(String(part.id))?.area ?? 0)) largest.set(String(part.id), { area, polygon, name });
    }
  }
  return {
    type: "FeatureCollection",
    features: [...largest.entries()].toSorted(([a], [b]) => Number(a) - Number(b)).map(([, { area, polygon, name }]) => {
      const [x, y] = polylabel(polygon, Math.sqrt(area) / 50);
      return { type: "Feature", geometry: { type: "Point", coordinates: [x ?? 0, y ?? 0] }, properties: { name } };
    }),
  };
}

export function namesSource(layer: string): string {
  return `names:${layer}`;
}

export function areaNamesOf(layer: Layer): AddLayerObject {
  return {
    id: `${layer.id}:area-name`,
    type: "symbol",
    source: namesSource(layer.id),
    minzoom: layer.look.nameZoom,
    layout: nameLayout(false),
    paint: namePaint(),
  };
}

/** Keep the names of a layer's areas in step with the tiles that are there. */
export function followAreas(map: MapLibre, layer: Layer): void {
  let last = "";
  map.on("idle", () => {
    const parts = map.querySourceFeatures(sourceId(layer.id), {
      sourceLayer: layer.id,
      filter: ["==", ["geometry-type"], "Polygon"],
    });
    const names = namesOfAreas(parts);
    const written = JSON.stringify(names);
    // Setting data makes the map busy and then idle again: only news may do so.
    if (written === last) return;
    last = written;
    map.getSource<GeoJSONSource>(namesSource(layer.id))?.setData(names);
  });
}
