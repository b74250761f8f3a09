/** What a click, a touch or a key on the map chooses. */

import type { Map as MapLibre, MapMouseEvent, Point } from "maplibre-gl";

import type { City } from "../page";
import { sourceId } from "../layers";
import * as state from "../state";
import { OVERLAY } from "./overlays";
import { unitSource } from "./units";

/** Pixels around a click or a touch in which a feature still counts as hit. */
const REACH_PX = 6;

/** Ids of the switched-on layers that answer to a pointer. */
export function touchable(map: MapLibre): string[] {
  return map.getStyle().layers
    .filter(({ id }) => {
      const [, layer, part] = OVERLAY.exec(id) ?? [];
      return layer !== undefined && part !== "edge" && part !== "clear" && part !== "area-name" && map.getSource(sourceId(layer));
    })
    .map(({ id }) => id);
}

function hit(map: MapLibre, { x, y }: Point, lngLat: readonly number[]): state.Selection | null {
  const around: [[number, number], [number, number]] = [[x - REACH_PX, y - REACH_PX], [x + REACH_PX, y + REACH_PX]];
  const found = map.queryRenderedFeatures(around, { layers: touchable(map) })[0];
  const fid = Number(found?.id ?? Number.NaN);
  if (!found?.sourceLayer || !Number.isFinite(fid)) return null;
  const at = found.geometry.type === "Point" ? found.geometry.coordinates : lngLat;
  return { layer: found.sourceLayer, fid, at: [at[0] ?? 0, at[1] ?? 0] };
}

/** Code of the unit under a pixel. */
function unitAt(map: MapLibre, point: Point, city: City): string | null {
  const vintage = state.vintage.peek();
  const key = city.keys[vintage?.layer ?? ""];
  const layers = ["area", "point"].map((part) => `${unitSource(vintage?.layer ?? "")}:${part}`).filter((id) => map.getLayer(id));
  if (!key || layers.length === 0) return null;
  const found = map.queryRenderedFeatures(point, { layers })[0];
  return found ? String(found.properties[key]) : null;
}

function pick(map: MapLibre, point: Point, lngLat: readonly [number, number], city: City): void {
  const feature = hit(map, point, lngLat);
  if (feature) state.choose({ feature });
  else if (state.view.peek() === "coverage" && state.answer.peek()) {
    state.choose({ unit: unitAt(map, point, city), place: lngLat });
  } else state.clear();
}

export function followPointer(map: MapLibre, city: City): void {
  map.on("click", (event: MapMouseEvent) => pick(map, event.point, [event.lngLat.lng, event.lngLat.lat], city));
  map.on("mousemove", (event) => {
    const answers = hit(map, event.point, [0, 0]) !== null || unitAt(map, event.point, city) !== null;
    map.getCanvas().style.cursor = answers ? "pointer" : "";
  });
  // By keyboard the middle of the map is the pointer.
  map.getCanvas().addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    const { lng, lat } = map.getCenter();
    pick(map, map.project([lng, lat]), [lng, lat], city);
  });
  map.on("error", (event) => {
    const source = "sourceId" in event ? String(event.sourceId) : "";
    if (source.startsWith("layer:")) state.mark(source.slice("layer:".length), true);
  });
}
