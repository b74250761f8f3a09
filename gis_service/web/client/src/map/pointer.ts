/** What a click, a touch or a key on the map chooses. */

import { effect, untracked } from "@preact/signals";
import type { Map as MapLibre, MapMouseEvent, Point } from "maplibre-gl";

import { withAdded, withChanged, withShut } from "../edits";
import { rounded } from "../editsText";
import { unitSource } from "../layers";
import type { City } from "../page";
import * as state from "../state";
import * as trying from "../trying";
import { markGround } from "./base";
import { targetAt } from "./edits";
import { takesPress, type Press } from "./lent";
import type { Overlays } from "./overlays";

/** Pixels around a click or a touch in which a feature still counts as hit. */
const REACH_PX = 6;

function hit(map: MapLibre, overlays: Overlays, { x, y }: Point, lngLat: readonly number[]): state.Selection | null {
  const around: [[number, number], [number, number]] = [[x - REACH_PX, y - REACH_PX], [x + REACH_PX, y + REACH_PX]];
  const found = map.queryRenderedFeatures(around, { layers: overlays.touchable() })[0];
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

/** Roads are drawn one by one, with the number they are known by, from here on. */
const WAYS_FROM_ZOOM = 14;

/** A road that somebody presses to say how fast it is begins with this; the panel changes it. */
const SLOW_KMH = 20;

/** What a press does while something is tried out: add, shut, or choose a place of the service. */
function tryOut(map: MapLibre, { point, lngLat: { lng, lat } }: Press, city: City, overlays: Overlays): void {
  if (trying.tool.peek() === "add") {
    trying.change(withAdded(trying.edits.peek(), rounded([lng, lat])));
    trying.tool.value = null;
    return;
  }
  const tool = trying.tool.peek();
  if (tool !== null) {
    const way = tool !== "link" && map.getZoom() >= WAYS_FROM_ZOOM ? hit(map, overlays, point, [lng, lat]) : null;
    if (tool === "shut" && (way?.layer === "roads" || way?.layer === "ferries")) trying.change(withShut(trying.edits.peek(), way.layer, way.fid));
    if (tool === "speed" && way?.layer === "roads") trying.change(withChanged(trying.edits.peek(), { op: "speed", of: way.fid, by: "kmh", value: SLOW_KMH }));
    return;
  }
  // While others' edits are shown there is nothing to take hold of.
  trying.chosen.value = trying.lentEdits.peek() === null ? targetAt(map, point) : null;
  if (trying.chosen.peek() === null) state.choose({ unit: unitAt(map, point, city) });
}

function pick(map: MapLibre, press: Press, city: City, overlays: Overlays): void {
  const { point, lngLat: { lng, lat } } = press;
  if (takesPress.peek()?.(press)) return;
  if (state.view.peek() === "whatif") {
    tryOut(map, press, city, overlays);
    return;
  }
  const feature = hit(map, overlays, point, [lng, lat]);
  if (feature) state.choose({ feature });
  else if (state.view.peek() === "coverage" && state.answer.peek()) {
    state.choose({ unit: unitAt(map, point, city), place: [lng, lat] });
  } else state.clear();
}

/** Close to the ground a road that is to be met, or to be given a speed, can be pressed. */
function followWays(): void {
  effect(() => {
    const isAsked = trying.tool.value === "link" || trying.tool.value === "speed";
    const isNear = state.zoom.value >= WAYS_FROM_ZOOM - 1;
    if (isAsked && isNear) untracked(() => state.show("roads", true));
  });
}

/** Not for this reader, who may have been signed out meanwhile; asking again alone does not help. */
function isRefused(error: unknown): boolean {
  return [401, 403].includes(Number((error as { status?: unknown } | undefined)?.status));
}

export function followPointer(map: MapLibre, city: City, overlays: Overlays): void {
  followWays();
  map.on("click", (event: MapMouseEvent) => pick(map, event, city, overlays));
  map.on("mousemove", (event) => {
    if (state.view.peek() === "whatif") {
      if (trying.drag.peek() !== null) return;
      const isHeld = trying.lentEdits.peek() === null && targetAt(map, event.point) !== null;
      map.getCanvas().style.cursor = trying.tool.peek() !== null ? "crosshair" : isHeld ? "grab" : "";
      return;
    }
    const answers = hit(map, overlays, event.point, [0, 0]) !== null || unitAt(map, event.point, city) !== null;
    map.getCanvas().style.cursor = answers ? "pointer" : "";
  });
  map.getCanvas().addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    const lngLat = map.getCenter();
    pick(map, { point: map.project(lngLat), lngLat }, city, overlays);
  });
  map.on("error", (event) => {
    const source = "sourceId" in event ? String(event.sourceId) : "";
    if (source.startsWith("layer:")) state.mark(source.slice("layer:".length), true, isRefused(event.error));
    else markGround(source);
  });
}
