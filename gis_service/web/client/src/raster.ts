/** Layers of cells: where their pictures lie, and what the colours of these mean. */

import type { RasterSourceSpecification } from "maplibre-gl";

import { addressOf, read } from "./api";
import { numberText, type Language } from "./language";

export interface RasterStep {
  readonly value: number;
  /** `#rrggbb`. */
  readonly colour: string;
}

export interface RasterLegend {
  readonly unit?: string;
  /** Codes of classes, with nothing between them. */
  readonly classes: boolean;
  /** Rising; none for a photograph. */
  readonly steps: readonly RasterStep[];
}

interface Described {
  readonly minzoom: number;
  readonly maxzoom: number;
  readonly bounds: readonly [number, number, number, number];
  readonly legend: RasterLegend;
}

/** Water and land under the cells stay recognisable. */
export const RASTER_OPACITY = 0.85;
const TILE_PX = 256;

function pathOf(layer: string): string {
  return `/collections/${layer}/map/tiles/WebMercatorQuad`;
}

export interface Raster {
  readonly source: RasterSourceSpecification;
  readonly legend: RasterLegend;
}

/** Ask how a layer of cells is drawn as it is now. */
export async function readRaster(layer: string, language: Language): Promise<Raster> {
  const told = await read<Described>(`${pathOf(layer)}?f=tilejson`, language);
  const [west, south, east, north] = told.bounds;
  return {
    source: {
      type: "raster",
      tiles: [addressOf(`${pathOf(layer)}/{z}/{y}/{x}`)],
      tileSize: TILE_PX,
      minzoom: told.minzoom,
      maxzoom: told.maxzoom,
      bounds: [west, south, east, north],
    },
    legend: told.legend,
  };
}

/** A value of the legend with as many decimals as tell the steps apart. */
export function stepText(value: number, steps: readonly RasterStep[], language: Language): string {
  const [first, last] = [steps[0]?.value ?? 0, steps.at(-1)?.value ?? 0];
  const span = Math.abs(last - first);
  const digits = span === 0 || span >= 20 ? 0 : Math.min(6, Math.max(0, 2 - Math.floor(Math.log10(span))));
  return numberText(value, language, digits);
}

/** The colours of measures as a strip, the lowest value first. */
export function stripOf(steps: readonly RasterStep[]): string {
  const [first, last] = [steps[0]?.value ?? 0, steps.at(-1)?.value ?? 1];
  const stops = steps.map(({ value, colour }) => `${colour} ${(((value - first) / (last - first || 1)) * 100).toFixed(1)}%`);
  return `linear-gradient(to right, ${stops.join(", ")})`;
}
