/** The people outside as cells of the ground: read, and gathered into larger ones where the map is small. */

import type { Feature, FeatureCollection, Point } from "geojson";

import { read } from "./api";
import type { Language } from "./language";

export interface CellProperties {
  readonly id?: string;
  /** People outside who live here; null when too few to be told. */
  readonly people: number | null;
  readonly small?: boolean;
  readonly kind: string;
  readonly zone: string | null;
  readonly zone_name: string | null;
}

export type Cells = FeatureCollection<Point, CellProperties> & {
  readonly size_m?: number;
  readonly detail: "cells" | "points";
};

export type Mark = Feature<Point, { people: number; small: boolean; level: number }>;

/** Sides of a drawn cell in steps of the cells that came, and the zoom from which each is drawn. */
export const LEVELS = [
  { factor: 4, fromZoom: 0 },
  { factor: 2, fromZoom: 10.8 },
  { factor: 1, fromZoom: 12.2 },
] as const;

/** What a count that is not told stands for when a circle must have a size: the middle of 1 to 9. */
const HIDDEN_PEOPLE = 5;

export async function readCells(query: string, detail: "cells" | "points", language: Language, signal?: AbortSignal, onTrial?: string): Promise<Cells> {
  const more = detail === "points" ? "&detail=points" : "";
  return read<Cells>(`/coverage/cells?${query}${more}`, language, signal, onTrial);
}

/** Column and row of a cell on its grid, out of its id. */
function gridOf(id: string | undefined): readonly [number, number] | null {
  const parts = /^(-?\d+)_(-?\d+)$/.exec(id ?? "");
  return parts ? [Number(parts[1]), Number(parts[2])] : null;
}

function markOf(position: readonly number[], people: number, small: boolean, level: number): Mark {
  const properties = { people, small, level };
  return { type: "Feature", geometry: { type: "Point", coordinates: [...position] }, properties };
}

interface Sum {
  x: number;
  y: number;
  people: number;
  small: boolean;
}

/** Cells of `factor` by `factor` of those given; a gathered cell stands where its people are, not in its middle. */
function gathered(cells: Cells, factor: number): readonly Mark[] {
  const sums = new Map<string, Sum>();
  for (const { id, geometry, properties } of cells.features) {
    const grid = gridOf(properties.id ?? String(id));
    const people = properties.people ?? HIDDEN_PEOPLE;
    const [x = 0, y = 0] = geometry.coordinates;
    const key = grid ? grid.map((one) => Math.floor(one / factor)).join("_") : `${x}_${y}`;
    const sum = sums.get(key) ?? { x: 0, y: 0, people: 0, small: true };
    sum.x += x * people;
    sum.y += y * people;
    sum.people += people;
    sum.small &&= properties.people === null;
    sums.set(key, sum);
  }
  return [...sums.values()].map((sum) =>
    markOf([sum.x / sum.people, sum.y / sum.people], sum.people, sum.small, factor));
}

/** What the map draws: every level for cells, each home as it is for points. */
export function marksOf(cells: Cells | null): FeatureCollection<Point, Mark["properties"]> {
  if (!cells) return { type: "FeatureCollection", features: [] };
  const features = cells.detail === "points"
    ? LEVELS.flatMap(({ factor }) => cells.features.map((one) =>
      markOf(one.geometry.coordinates, one.properties.people ?? HIDDEN_PEOPLE, false, factor)))
    : LEVELS.flatMap(({ factor }) => gathered(cells, factor));
  return { type: "FeatureCollection", features: [...features] };
}

/** Side of the cells that are drawn at a zoom, in metres. */
export function sizeAt(zoom: number, size: number): number {
  return (LEVELS.findLast(({ fromZoom }) => zoom >= fromZoom)?.factor ?? 1) * size;
}
