/** How layers that are switched on lie upon each other, how dense each is drawn, and whether it is all there. */

import { effect, type Signal } from "@preact/signals";
import type { Map as MapLibre } from "maplibre-gl";

import { sourceId, type Layer } from "../layers";
import { RASTER_OPACITY } from "../raster";
import * as state from "../state";
import { slot } from "../style";

/** What a layer may be drawn by. */
export const PARTS = ["cells", "area", "edge", "line", "point", "name", "area-name", "clear"] as const;
/** From the lowest on. */
const STACKED = ["cells", "area", "edge", "line", "point"] as const;

/** What each part is drawn with when nothing of it is taken away. */
function fullOf(layer: Layer): Readonly<Record<(typeof PARTS)[number], Readonly<Record<string, number>>>> {
  return {
    cells: { "raster-opacity": RASTER_OPACITY },
    area: { "fill-opacity": layer.look.fillOpacity },
    edge: { "line-opacity": 1 },
    line: { "line-opacity": 1 },
    point: { "circle-opacity": 1, "circle-stroke-opacity": 1 },
    name: { "text-opacity": 1 },
    "area-name": { "text-opacity": 1 },
    clear: {},
  };
}

function fade(map: MapLibre, layer: Layer, opacity: number): void {
  for (const [part, paint] of Object.entries(fullOf(layer))) {
    const id = `${layer.id}:${part}`;
    if (!map.getLayer(id)) continue;
    for (const [name, full] of Object.entries(paint)) map.setPaintProperty(id, name as "line-opacity", full * opacity);
  }
}

/** Put what lies on the map into the order of the list; cells lie under roads and borders until the reader has put them elsewhere. */
function restack(map: MapLibre, topFirst: readonly Layer[], isChosen: boolean): void {
  for (const layer of topFirst.toReversed()) {
    for (const part of STACKED) {
      const id = `${layer.id}:${part}`;
      if (map.getLayer(id)) map.moveLayer(id, slot(part === "cells" && !isChosen ? "lines" : "marks"));
    }
  }
}

/** Keep order and density of the layers that are there in step with the list. */
export function followLooks(map: MapLibre, added: Signal<number>): void {
  let last = "";
  effect(() => {
    const [layers, isChosen] = [state.shownLayers.value, state.order.value.length > 0];
    const wanted = `${added.value} ${String(isChosen)} ${layers.map(({ id }) => id).join()}`;
    if (wanted !== last) restack(map, layers, isChosen);
    last = wanted;
  });
  effect(() => {
    const [layers, opacities] = [state.shownLayers.value, state.opacities.value];
    if (added.value >= 0) for (const layer of layers) fade(map, layer, opacities.get(layer.id) ?? 1);
  });
}

/** Tell of each layer whether parts of it are on their way; one that has failed waits for nothing. */
export function followWaiting(map: MapLibre): void {
  const idOf = (source: string): string | null => (source.startsWith("layer:") ? source.slice("layer:".length) : null);
  map.on("sourcedataloading", ({ sourceId: source }) => {
    const id = idOf(source);
    if (id !== null) state.wait(id, true);
  });
  const settle = (): void => {
    for (const id of state.waiting.peek()) {
      if (!map.getSource(sourceId(id)) || map.isSourceLoaded(sourceId(id))) state.wait(id, false);
    }
  };
  map.on("sourcedata", settle);
  map.on("error", settle);
  map.on("idle", settle);
}
