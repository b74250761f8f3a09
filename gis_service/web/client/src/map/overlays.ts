/** Layers that the reader switches on: drawn above the units, below the answer's own marks. */

import { effect } from "@preact/signals";
import type { GeoJSONSource, Map as MapLibre } from "maplibre-gl";

import { drawable, keepClear, mapLayersOf, nameLayout, namePaint, namesOf, sourceId, tilesUrl, type Layer } from "../layers";
import * as state from "../state";
import { slot } from "../style";
import { namesOfAreas } from "./names";

const TILES_END_AT_ZOOM = 16;
export const OVERLAY = /^(\w+):(area|edge|line|point|name|area-name|clear)$/;

/** Names of areas, in step with the tiles that are there. */
function addAreaNames(map: MapLibre, layer: Layer): void {
  const source = `names:${layer.id}`;
  map.addSource(source, { type: "geojson", data: { type: "FeatureCollection", features: [] } });
  const look = { layout: nameLayout(false), paint: namePaint(), minzoom: layer.look.nameZoom };
  map.addLayer({ id: `${layer.id}:area-name`, type: "symbol", source, ...look }, slot("unit-names"));
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

function add(map: MapLibre, layer: Layer): void {
  map.addSource(sourceId(layer.id), {
    type: "vector",
    tiles: [tilesUrl(layer.id)],
    maxzoom: TILES_END_AT_ZOOM,
    ...(layer.bbox ? { bounds: [...layer.bbox] } : {}),
  });
  for (const one of mapLayersOf(layer)) map.addLayer(one, slot("marks"));
  const names = namesOf(layer);
  if (names) map.addLayer(names, slot("unit-names"));
  if (names && (layer.look.kind === "area" || layer.look.kind === "mixed")) addAreaNames(map, layer);
  map.addLayer(keepClear(layer), slot("unit-names"));
}

/** Nothing of a layer is fetched before it is switched on for the first time. */
export function followLayers(map: MapLibre): void {
  effect(() => {
    const on = state.shown.value;
    for (const layer of drawable(state.readyLayers.value)) {
      if (on.has(layer.id) && !map.getSource(sourceId(layer.id))) add(map, layer);
    }
    for (const { id } of map.getStyle().layers) {
      const layer = OVERLAY.exec(id)?.[1];
      const source = layer === undefined ? undefined : map.getSource(sourceId(layer));
      if (layer !== undefined && source) map.setLayoutProperty(id, "visibility", on.has(layer) ? "visible" : "none");
    }
  });
}
