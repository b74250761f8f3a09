/** Layers that the reader switches on: drawn above the units, below the answer's own marks. */

import { effect, signal, untracked } from "@preact/signals";
import type { GeoJSONSource, Map as MapLibre, VectorTileSource } from "maplibre-gl";

import { Refusal } from "../api";
import {
  canClose, dotPaint, drawable, keepClear, keptClear, mapLayersOf, nameLayout, namePaint, namesOf, openAbove, sourceId, tilesUrl, type Layer,
} from "../layers";
import type { City } from "../page";
import { RASTER_OPACITY, readRaster } from "../raster";
import * as state from "../state";
import { slot } from "../style";
import { rowsOn } from "../when";
import { askAgain } from "./again";
import { followLooks, followWaiting, PARTS } from "./looks";
import { namesOfAreas } from "./names";
import { addThemed } from "./theme";

const TILES_END_AT_ZOOM = 16;
const TOUCHED = ["area", "line", "point", "name"] as const;

/** Names of areas, in step with the tiles that are there. */
function addAreaNames(map: MapLibre, layer: Layer): void {
  const source = `names:${layer.id}`;
  map.addSource(source, { type: "geojson", data: { type: "FeatureCollection", features: [] } });
  const look = { layout: nameLayout(false), paint: namePaint(), minzoom: layer.look.nameZoom };
  addThemed(map, { id: `${layer.id}:area-name`, type: "symbol", source, ...look }, slot("unit-names"));
  let last = "";
  map.on("idle", () => {
    if (!state.shown.peek().has(layer.id)) return;
    const names = namesOfAreas(map.querySourceFeatures(sourceId(layer.id), { sourceLayer: layer.id }));
    const written = JSON.stringify(names);
    // Setting data makes the map busy and then idle again: only news may do so.
    if (written !== last) map.getSource<GeoJSONSource>(source)?.setData(names);
    last = written;
  });
}

function add(map: MapLibre, layer: Layer, city: City): void {
  const day = state.day.peek();
  map.addSource(sourceId(layer.id), {
    type: "vector",
    tiles: [tilesUrl(layer.id, rowsOn(layer, day, city))],
    maxzoom: TILES_END_AT_ZOOM,
    ...(layer.bbox ? { bounds: [...layer.bbox] } : {}),
  });
  // Dots keep their white ring, which tells them from the ground of either theme.
  for (const one of mapLayersOf(layer, day)) {
    if (one.type === "circle") map.addLayer(one, slot("marks"));
    else addThemed(map, one, slot("marks"));
  }
  const names = namesOf(layer);
  if (names) addThemed(map, names, slot("unit-names"));
  if (names && (layer.look.kind === "area" || layer.look.kind === "mixed")) addAreaNames(map, layer);
  map.addLayer(keepClear(layer, day), slot("unit-names"));
}

/** Draw the rows of another day in place of those that are drawn; a layer that knows of no time stays as it is. */
function showDay(map: MapLibre, layer: Layer, from: string | null, to: string | null, city: City): void {
  const rows = rowsOn(layer, to, city);
  const isOther = rows !== rowsOn(layer, from, city);
  if (isOther) map.getSource<VectorTileSource>(sourceId(layer.id))?.setTiles([tilesUrl(layer.id, rows)]);
  if (!isOther && !canClose(layer)) return;
  const dots = `${layer.id}:point`;
  const paint = dotPaint(layer, to);
  for (const name of Object.keys(paint) as (keyof typeof paint)[]) map.setPaintProperty(dots, name, paint[name]);
  map.setLayoutProperty(dots, "circle-sort-key", openAbove(layer, to));
  map.setFilter(`${layer.id}:clear`, keptClear(layer, to));
}

/** Keep the layers that are there in step with the day that is chosen. */
function followDay(map: MapLibre, added: ReadonlyMap<string, readonly string[]>, city: City): void {
  let last = state.day.peek();
  effect(() => {
    const day = state.day.value;
    const layers = state.readyLayers.peek().filter(({ id, look }) => added.has(id) && look.kind !== "raster");
    for (const layer of layers) {
      state.mark(layer.id, false);
      showDay(map, layer, last, day, city);
    }
    last = day;
  });
}

/** Draw a layer of cells above the coloured units and below roads, borders and dots. */
async function addCells(map: MapLibre, layer: Layer): Promise<void> {
  const { source, legend } = await readRaster(layer.id, state.language.peek());
  map.addSource(sourceId(layer.id), source);
  const paint = { "raster-opacity": RASTER_OPACITY, "raster-resampling": "nearest" } as const;
  const visibility = state.shown.peek().has(layer.id) ? "visible" : "none";
  map.addLayer({ id: `${layer.id}:cells`, type: "raster", source: sourceId(layer.id), paint, layout: { visibility } }, slot("lines"));
  state.rasterLegends.value = new Map(state.rasterLegends.peek()).set(layer.id, legend);
}

export interface Overlays {
  /** Ask again for a layer that could not be drawn. */
  readonly again: (layer: string) => void;
  /** Ids of the map layers that answer to a pointer. */
  readonly touchable: () => string[];
}

/** Nothing of a layer is fetched before it is switched on for the first time. */
export function followLayers(map: MapLibre, city: City): Overlays {
  const added = new Map<string, readonly string[]>();
  const changes = signal(0);
  const partsOf = (layer: string): readonly string[] => PARTS.map((part) => `${layer}:${part}`).filter((id) => map.getLayer(id));
  const begin = (layer: Layer): void => {
    added.set(layer.id, []);
    if (layer.look.kind !== "raster") {
      add(map, layer, city);
      added.set(layer.id, partsOf(layer.id));
      changes.value += 1;
      return;
    }
    state.wait(layer.id, true);
    addCells(map, layer)
      .then(() => {
        added.set(layer.id, partsOf(layer.id));
        changes.value += 1;
      })
      .catch((reason: unknown) => {
        state.wait(layer.id, false);
        state.mark(layer.id, true, reason instanceof Refusal && [401, 403].includes(reason.status));
      });
  };
  effect(() => {
    const on = state.shown.value;
    for (const layer of drawable(state.readyLayers.value)) {
      if (on.has(layer.id) && !added.has(layer.id)) untracked(() => begin(layer));
    }
    for (const [layer, ids] of added) {
      for (const id of ids) map.setLayoutProperty(id, "visibility", on.has(layer) ? "visible" : "none");
    }
  });
  followDay(map, added, city);
  followLooks(map, changes);
  followWaiting(map);
  const touched = TOUCHED.map((part) => `:${part}`);
  return {
    again: (id) => {
      const layer = state.readyLayers.peek().find((one) => one.id === id);
      if (map.getSource(sourceId(id))) askAgain(map, sourceId(id));
      else if (layer) begin(layer);
    },
    touchable: () => [...added.values()].flat().filter((id) => touched.some((part) => id.endsWith(part))),
  };
}
