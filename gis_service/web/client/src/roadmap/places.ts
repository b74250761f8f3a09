/** Where projects lie: their shapes as the layer has them, and one point for the mark of each. */

import type { Feature, FeatureCollection, Geometry, Position } from "geojson";
import polylabel from "polylabel";

import { read, Refusal } from "../api";
import type { Language } from "../language";
import { textOf } from "../text";
import type { Roadmap } from "./document";

export type At = readonly [number, number];

export interface Place {
  readonly geometry: Geometry;
  readonly at: At;
}

const MOST = 10_000;
const CODE = "code";
const FINE = 0.0002;

function middleOf(line: readonly Position[]): At | null {
  const [lon, lat] = line[Math.floor((line.length - 1) / 2)] ?? [];
  return lon === undefined || lat === undefined ? null : [lon, lat];
}

/** A place well inside a shape: the point itself, the middle of a line, the heart of an area. */
export function heartOf(geometry: Geometry | null): At | null {
  switch (geometry?.type) {
    case "Point": return middleOf([geometry.coordinates]);
    case "MultiPoint": case "LineString": return middleOf(geometry.coordinates);
    case "MultiLineString": return middleOf(geometry.coordinates[0] ?? []);
    case "Polygon": case "MultiPolygon": {
      const rings = geometry.type === "Polygon" ? geometry.coordinates : geometry.coordinates[0] ?? [];
      if ((rings[0]?.length ?? 0) === 0) return null;
      const [lon, lat] = polylabel(rings.map((ring) => ring.map(([x = 0, y = 0]) => [x, y])), FINE);
      return lon === undefined || lat === undefined ? null : [lon, lat];
    }
    case "GeometryCollection": return heartOf(geometry.geometries[0] ?? null);
    default: return null;
  }
}

/** By code of the project; those without a shape are left out. */
export function placesOf(features: readonly Feature[]): ReadonlyMap<string, Place> {
  return new Map(features.flatMap(({ geometry, properties }) => {
    const [code, at] = [textOf(properties?.[CODE]), heartOf(geometry as Geometry | null)];
    return code === null || at === null ? [] : [[code, { geometry, at }] as const];
  }));
}

/** The version that the layer of the projects has now; null where it is not told. */
export async function readNewest({ inputs }: Roadmap, language: Language, signal: AbortSignal): Promise<number | null> {
  const layer = inputs["projects"]?.layer ?? "projects";
  return (await read<{ readonly version?: number }>(`/collections/${layer}?f=json`, language, signal)).version ?? null;
}

/** As they lay when the roadmap was computed; where that version is not kept any more, as they lie now. */
export async function readPlaces({ inputs }: Roadmap, language: Language, signal: AbortSignal): Promise<ReadonlyMap<string, Place>> {
  const { layer = "projects", version } = inputs["projects"] ?? {};
  const path = `/collections/${layer}/items?limit=${MOST}`;
  const asked = version === undefined ? path : `${path}&version=${version}`;
  const found = await read<FeatureCollection>(asked, language, signal).catch(async (reason: unknown) => {
    if (reason instanceof Refusal && reason.status === 410) return read<FeatureCollection>(path, language, signal);
    throw reason;
  });
  return placesOf(found.features);
}
