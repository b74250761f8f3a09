/** Layers of the service as the client sees them: reading the list, grouping it, and drawing each as map layers. */

import type {
  AddLayerObject, CircleLayerSpecification, ExpressionSpecification, SymbolLayerSpecification,
} from "maplibre-gl";

import { addressOf, read, tilesAreOwn } from "./api";
import type { Box } from "./box";
import { localDay, type Language } from "./language";
import { CLOSED_COLOUR, lookOf, type Look } from "./legend";
import type { City, Field } from "./page";
import { COLOURS, FONT } from "./style";

export interface Layer {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly category: string;
  readonly isEmpty: boolean;
  /** Whether its tiles may be had: by everybody, or by a session's cookie; a token they do not carry. */
  readonly hasTiles: boolean;
  readonly count: number | null;
  readonly generated: boolean;
  /** Whether everybody may read it. */
  readonly isPublic: boolean;
  /** Whether this reader may change its features. */
  readonly mayEdit: boolean;
  readonly source: string;
  readonly licence: string;
  readonly bbox: Box | null;
  readonly fields: readonly Field[];
  /** Kinds of files that it is had as: what the service calls them by their title. */
  readonly files: readonly File[];
  readonly look: Look;
}

export interface File {
  readonly format: string;
  readonly title: string;
}

interface Collection {
  readonly id: string;
  readonly title?: string;
  readonly description?: string;
  readonly category?: string;
  readonly geometry?: string;
  readonly visibility?: string;
  readonly generated_data?: boolean;
  readonly may_edit?: boolean;
  readonly attribution?: string;
  readonly licence?: string;
  readonly links?: readonly { readonly rel: string; readonly href: string; readonly title?: string }[];
  readonly extent?: { readonly spatial?: { readonly bbox?: readonly (readonly number[])[] } };
}

/** Name of the empty picture that keeps names off the dots. */
export const DOT_IMAGE = "dot";

/** The name of the tiles' inner layer is the collection's id, and MapLibre ids are built from it. */
export function sourceId(layer: string): string {
  return `layer:${layer}`;
}

export function unitSource(layer: string): string {
  return `units:${layer}`;
}

/** What is marked as broken when pictures of the background cannot be fetched. */
export const BACKGROUND = "imagery";

/** What is marked as broken when the base map cannot be drawn. */
export const GROUND = "tiles:base";

/** Where the tiles of a layer are had; `rows` in CQL2 text are those that are drawn, all of them when left out. */
export function tilesUrl(layer: string, rows: string | null = null): string {
  const part = rows === null ? "" : `?filter=${encodeURIComponent(rows)}`;
  return addressOf(`/collections/${layer}/tiles/WebMercatorQuad/{z}/{y}/{x}${part}`);
}

function extentOf(collection: Collection): Layer["bbox"] {
  const [west, south, east, north] = collection.extent?.spatial?.bbox?.[0] ?? [];
  if (west === undefined || south === undefined || east === undefined || north === undefined) return null;
  return [west, south, east, north];
}

export function layerOf(collection: Collection, city: City): Layer {
  const category = collection.category ?? "";
  const geometry = collection.geometry ?? "Geometry";
  const bbox = extentOf(collection);
  return {
    id: collection.id,
    title: collection.title ?? collection.id,
    description: collection.description ?? "",
    category,
    // A layer that lies somewhere has an extent as soon as it holds a row.
    isEmpty: city.counts[collection.id] === 0 || (bbox === null && geometry !== "None"),
    hasTiles: (collection.visibility ?? "public") === "public" || tilesAreOwn(),
    // A layer of cells has no features to count.
    count: geometry === "Raster" ? null : city.counts[collection.id] ?? null,
    generated: collection.generated_data ?? false,
    isPublic: (collection.visibility ?? "public") === "public",
    mayEdit: collection.may_edit ?? false,
    source: collection.attribution ?? "",
    licence: collection.licence ?? "",
    bbox,
    fields: city.fields[collection.id] ?? [],
    files: (collection.links ?? []).flatMap(({ rel, href, title }) => {
      const format = rel === "enclosure" ? new URL(href, "http://localhost").searchParams.get("f") : null;
      return format === null ? [] : [{ format, title: title ?? format }];
    }),
    look: lookOf(collection.id, category, geometry, city.former.includes(collection.id)),
  };
}

export async function readLayers(city: City, language: Language, signal?: AbortSignal, onTrial?: string): Promise<readonly Layer[]> {
  const answer = await read<{ collections: readonly Collection[] }>("/collections?f=json", language, signal, onTrial);
  return answer.collections.map((collection) => layerOf(collection, city));
}

/** Whether a layer can be drawn by whoever sees the page. */
export function isDrawable(layer: Layer): boolean {
  return layer.hasTiles && !layer.isEmpty && layer.look.kind !== "none";
}

/** Cells lie below surfaces below lines below points. */
export const KIND_ORDER = { raster: 0, area: 1, mixed: 2, line: 3, point: 4, none: 5 } as const;

/** Layers with a place on the map, in drawing order. */
export function drawable(layers: readonly Layer[]): readonly Layer[] {
  return layers
    .filter(isDrawable)
    .toSorted((a, b) => KIND_ORDER[a.look.kind] - KIND_ORDER[b.look.kind]);
}

const IS_AREA: ExpressionSpecification = ["==", ["geometry-type"], "Polygon"];
const IS_LINE: ExpressionSpecification = ["==", ["geometry-type"], "LineString"];
const IS_POINT: ExpressionSpecification = ["==", ["geometry-type"], "Point"];

/** Whether places of this layer open and close: then those that have closed are drawn hollow. */
export function canClose(layer: Layer): boolean {
  return layer.fields.some((field) => field.name === "open_to");
}

/** Not open on a day: before `open_from`, or from `open_to` on, the first day a place is no longer open; ISO dates sort as text. */
function isClosed(layer: Layer, chosen: string | null): ExpressionSpecification {
  if (!canClose(layer)) return ["literal", false] as unknown as ExpressionSpecification;
  const day = chosen ?? localDay(new Date());
  return [
    "any",
    ["<=", ["to-string", ["coalesce", ["get", "open_to"], "9999-12-31"]], day],
    [">", ["to-string", ["coalesce", ["get", "open_from"], ""]], day],
  ];
}

/** How dots look on a day, null for today. */
export function dotPaint(layer: Layer, day: string | null): CircleLayerSpecification["paint"] & object {
  const { look } = layer;
  const closed = isClosed(layer, day);
  const radius = (factor: number): ExpressionSpecification => ["case", closed, look.radius * factor * 0.5, look.radius * factor];
  return {
    "circle-color": look.hollow ? COLOURS.paper : ["case", closed, COLOURS.paper, look.colour],
    "circle-stroke-color": look.hollow ? look.colour : ["case", closed, CLOSED_COLOUR, COLOURS.paper],
    "circle-radius": ["interpolate", ["linear"], ["zoom"], 8, radius(0.55), 11, radius(1), 15, radius(1.6)],
    "circle-stroke-width": look.hollow ? 1.75 : ["case", closed, 1.5, 2],
  };
}

/** Places that are open lie on those that are not. */
export function openAbove(layer: Layer, day: string | null): ExpressionSpecification {
  return ["case", isClosed(layer, day), 0, 1];
}

/** The dots that no name may cover. */
export function keptClear(layer: Layer, day: string | null): ExpressionSpecification {
  return ["all", IS_POINT, ["!", isClosed(layer, day)]];
}

/**
 * The map layers of one layer.
 *
 * A layer's geometry type is a promise of its definition, not of each row (a commune may be known
 * only by its centre), so every kind is drawn and the filters sort the features.
 */
export function mapLayersOf(layer: Layer, day: string | null = null): readonly AddLayerObject[] {
  const { look } = layer;
  const from = { source: sourceId(layer.id), "source-layer": layer.id };
  return [
    {
      id: `${layer.id}:area`,
      type: "fill",
      ...from,
      filter: IS_AREA,
      paint: { "fill-color": look.fill, "fill-opacity": look.fillOpacity },
    },
    {
      id: `${layer.id}:edge`,
      type: "line",
      ...from,
      filter: IS_AREA,
      layout: { "line-join": "round" },
      paint: { "line-color": look.edge, "line-width": ["interpolate", ["linear"], ["zoom"], 8, 0.8, 14, 2.2] },
    },
    {
      id: `${layer.id}:line`,
      type: "line",
      ...from,
      filter: IS_LINE,
      layout: { "line-join": "round", "line-cap": "round" },
      paint: {
        "line-color": look.colour,
        "line-width": ["interpolate", ["exponential", 1.4], ["zoom"], 8, look.width * 0.5, 14, look.width * 2],
      },
    },
    {
      id: `${layer.id}:point`,
      type: "circle",
      ...from,
      filter: IS_POINT,
      layout: { "circle-sort-key": openAbove(layer, day) },
      paint: dotPaint(layer, day),
    },
  ];
}

/** How names stand: beside their dot, on whichever side is free, or on their area. */
export function nameLayout(isBesideDot: boolean): NonNullable<SymbolLayerSpecification["layout"]> {
  return {
    "text-field": ["to-string", ["get", "name"]],
    "text-font": FONT,
    "text-size": ["interpolate", ["linear"], ["zoom"], 9, 11, 13, 13],
    "text-variable-anchor": isBesideDot ? ["top", "bottom", "left", "right"] : ["center", "top", "bottom"],
    "text-radial-offset": isBesideDot ? 1.1 : 0.9,
    "text-justify": "auto",
    "text-max-width": 8,
    "text-padding": 1,
  };
}

export function namePaint(): NonNullable<SymbolLayerSpecification["paint"]> {
  return { "text-color": COLOURS.ink, "text-halo-color": COLOURS.paper, "text-halo-width": 1.6 };
}

/** The names of one layer, thinned out so that none covers another; null for layers without names. */
export function namesOf(layer: Layer): AddLayerObject | null {
  const name = layer.fields.find((field) => field.name === "name");
  if (!name || !layer.look.named) return null;
  return {
    id: `${layer.id}:name`,
    type: "symbol",
    source: sourceId(layer.id),
    "source-layer": layer.id,
    minzoom: layer.look.nameZoom,
    filter: IS_POINT,
    layout: nameLayout(true),
    paint: namePaint(),
  };
}

/**
 * An invisible picture on each dot, so that no name covers one.
 *
 * Circles take no part in MapLibre's search for free room, pictures do; and what lies on top is placed first,
 * so these layers belong above the names.
 */
export function keepClear(layer: Layer, day: string | null): AddLayerObject {
  return {
    id: `${layer.id}:clear`,
    type: "symbol",
    source: sourceId(layer.id),
    "source-layer": layer.id,
    filter: keptClear(layer, day),
    layout: { "icon-image": DOT_IMAGE, "icon-allow-overlap": true, "icon-padding": 0 },
  };
}
