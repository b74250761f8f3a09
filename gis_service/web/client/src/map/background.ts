/** Pictures of another tile server, or of a photograph among the layers, under the map: between its own ground and everything that is coloured. */

import { effect, untracked } from "@preact/signals";
import type { Map as MapLibre } from "maplibre-gl";

import { addressOf } from "../api";
import { BACKGROUND } from "../layers";
import type { Background, City } from "../page";
import * as state from "../state";
import { slot } from "../style";

const TILE_PX = 256;

function idOf({ id }: Background): string {
  return `${BACKGROUND}:${id}`;
}

/** Above the land and water of the base map, below the units that an answer colours. */
function add(map: MapLibre, chosen: Background): void {
  const [west, south, east, north] = chosen.bounds;
  map.addSource(idOf(chosen), {
    type: "raster",
    tiles: [addressOf(chosen.path)],
    tileSize: TILE_PX,
    minzoom: chosen.minzoom,
    maxzoom: chosen.maxzoom,
    bounds: [west, south, east, north],
  });
  const units = map.getLayersOrder().find((id) => id.startsWith("units:"));
  map.addLayer({ id: idOf(chosen), type: "raster", source: idOf(chosen) }, units ?? slot("units"));
}

/** Nothing of a background is fetched before somebody chooses it. */
export function followBackground(map: MapLibre, city: City): void {
  effect(() => {
    const wanted = state.background.value;
    // What is marked later must not begin this anew.
    untracked(() => state.mark(BACKGROUND, false));
    for (const one of city.imagery) {
      const isWanted = one.id === wanted;
      if (isWanted && !map.getSource(idOf(one))) add(map, one);
      if (map.getLayer(idOf(one))) map.setLayoutProperty(idOf(one), "visibility", isWanted ? "visible" : "none");
    }
  });
}
