/** The units in the colour of their answer, their borders, the chosen one's outline, and their names. */

import { effect } from "@preact/signals";
import type { AddLayerObject, ExpressionSpecification, GeoJSONSource, Map as MapLibre, PropertyValueSpecification } from "maplibre-gl";

import type { Zone } from "../answer";
import { colourOf as changeColour } from "../changes";
import * as counting from "../counting";
import { nameLayout, namePaint, tilesUrl, unitSource } from "../layers";
import type { City, Vintage } from "../page";
import { classOf, colourOf, NO_SHARE } from "../ramp";
import * as state from "../state";
import { COLOURS, slot, themed } from "../style";
import { changedUnits } from "../trying";
import { pointsOf, type ZoneChange } from "../whatIf";
import { namesInOrder, namesWithGains } from "./gains";
import { lentUnits } from "./lent";
import { namesOfAreas } from "./names";
import { addThemed } from "./theme";

const IS_AREA: ExpressionSpecification = ["==", ["geometry-type"], "Polygon"];
const IS_POINT: ExpressionSpecification = ["==", ["geometry-type"], "Point"];
const FAINT = 0.14;
const OLD = 0.55;
const CLOSE = 0.5;
const PLAIN = "#f1f5f4";
const PLAIN_EDGE = "#c9d5d8";
const TILES_END_AT_ZOOM = 16;
/** A province fills the smallest phone at zoom 7 or more; its units are named from there, as many as there is room for. */
const NAMES_FROM_ZOOM = 7;

/** Colours by code; a unit that is not named has the other one. */
function matched(pairs: readonly string[], key: string, other: string): ExpressionSpecification | string {
  if (pairs.length === 0) return other;
  return ["match", ["to-string", ["get", key]], ...pairs, other] as unknown as ExpressionSpecification;
}

/** Colour of each unit by its code; a unit the answer does not name has no colour of the ramp. */
export function coloursOf(zones: readonly Zone[], key: string): ExpressionSpecification | string {
  return matched(zones.flatMap((zone) => [zone.id, colourOf(zone)]), key, NO_SHARE);
}

/** Colour of each unit by what edits change in it; the others are plain ground. */
export function changeColours(zones: readonly ZoneChange[], key: string): ExpressionSpecification | string {
  return matched(zones.flatMap((zone) => [zone.id, changeColour(pointsOf(zone))]), key, PLAIN);
}

/**
 * Full for the units of the chosen step, faint for the others; all of them fainter while a new answer comes.
 *
 * Close to the ground the colour thins out, so that villages and fields are seen through it.
 */
export function opacityOf(zones: readonly Zone[], key: string, only: number | null, isOld: boolean): PropertyValueSpecification<number> {
  const ids = zones.filter((zone) => classOf(zone.share) === only).map((zone) => zone.id);
  const at = (full: number): unknown => {
    const shown = isOld ? full * OLD : full;
    return only === null ? shown : ["case", ["in", ["to-string", ["get", key]], ["literal", ids]], shown, FAINT];
  };
  return ["interpolate", ["linear"], ["zoom"], 11, at(1), 13.5, at(CLOSE)] as unknown as ExpressionSpecification;
}

function layersOf(layer: string): readonly AddLayerObject[] {
  const from = { source: unitSource(layer), "source-layer": layer };
  return [
    { id: `${unitSource(layer)}:area`, type: "fill", ...from, filter: IS_AREA, paint: { "fill-color": NO_SHARE } },
    { id: `${unitSource(layer)}:edge`, type: "line", ...from, filter: IS_AREA, layout: { "line-join": "round" },
      paint: { "line-color": COLOURS.paper, "line-width": ["interpolate", ["linear"], ["zoom"], 8, 0.7, 11, 1.4, 15, 3] } },
    { id: `${unitSource(layer)}:point`, type: "circle", ...from, filter: IS_POINT,
      paint: { "circle-color": NO_SHARE, "circle-stroke-color": COLOURS.paper, "circle-stroke-width": 1.2,
        "circle-radius": ["interpolate", ["linear"], ["zoom"], 8, 7, 11, 15, 15, 22] } },
    { id: `${unitSource(layer)}:chosen`, type: "line", ...from, filter: ["literal", false] as unknown as ExpressionSpecification,
      layout: { "line-join": "round" }, paint: { "line-color": COLOURS.ink, "line-width": ["interpolate", ["linear"], ["zoom"], 8, 1.8, 13, 3.2] } },
  ];
}

function add(map: MapLibre, layer: string): void {
  map.addSource(unitSource(layer), { type: "vector", tiles: [tilesUrl(layer)], maxzoom: TILES_END_AT_ZOOM });
  const [area, edge, point, chosen] = layersOf(layer);
  if (area) map.addLayer(area, slot("units"));
  if (edge) map.addLayer(edge, slot("overlays"));
  if (point) map.addLayer(point, slot("overlays"));
  if (chosen) map.addLayer(chosen, slot("marks"));
  map.addSource(`${unitSource(layer)}:names`, { type: "geojson", data: { type: "FeatureCollection", features: [] } });
  addThemed(map, {
    id: `${unitSource(layer)}:name`,
    type: "symbol",
    source: `${unitSource(layer)}:names`,
    minzoom: NAMES_FROM_ZOOM,
    layout: { ...nameLayout(false), "symbol-sort-key": ["get", "rank"] },
    paint: namePaint(),
  });
}

/** Write beside the names who gains and who loses; only what is new, since names are laid out anew for it. */
function write(map: MapLibre, layer: string, changed: readonly ZoneChange[]): void {
  const names = `${layer}:name`;
  const [text, order] = [namesWithGains(changed, state.language.value, state.isDark.value), namesInOrder(changed)];
  if (JSON.stringify(map.getLayoutProperty(names, "text-field")) !== JSON.stringify(text)) map.setLayoutProperty(names, "text-field", text);
  if (JSON.stringify(map.getLayoutProperty(names, "symbol-sort-key")) !== JSON.stringify(order)) map.setLayoutProperty(names, "symbol-sort-key", order);
}

function paint(map: MapLibre, vintage: Vintage, key: string, isOn: boolean): void {
  const isDark = state.isDark.value;
  const changed = changedUnits();
  const lent = lentUnits.value;
  const zones = lent ? lent.zones : isOn ? counting.zones.value : [];
  const plain = changed === null ? PLAIN : changeColours(changed, key);
  const colours = themed(isOn ? coloursOf(zones, key) : plain, isDark);
  const isOld = lent ? lent.isOld : isOn && counting.isOld.value;
  const opacity = opacityOf(zones, key, isOn && !lent ? state.onlyClass.value : null, isOld);
  const source = unitSource(vintage.layer);
  write(map, source, changed ?? []);
  map.setPaintProperty(`${source}:area`, "fill-color", colours);
  // Without an answer the units are plain ground, which gives way to the pictures that somebody put there.
  map.setPaintProperty(`${source}:area`, "fill-opacity", !isOn && changed === null && state.background.value !== null ? 0 : opacity);
  map.setPaintProperty(`${source}:edge`, "line-color", themed(isOn ? COLOURS.paper : PLAIN_EDGE, isDark));
  map.setPaintProperty(`${source}:point`, "circle-color", colours);
  map.setPaintProperty(`${source}:point`, "circle-opacity", opacity);
  map.setFilter(`${source}:chosen`, ["==", ["to-string", ["get", key]], state.unit.value ?? "\u0000"]);
  map.setPaintProperty(`${source}:chosen`, "line-color", themed(COLOURS.ink, isDark));
}

/** Keep the names in step with the tiles that are there. */
function gather(map: MapLibre, vintage: Vintage, key: string): void {
  let last = "";
  map.on("idle", () => {
    if ((lentUnits.peek()?.vintage ?? state.vintage.peek())?.id !== vintage.id) return;
    const parts = map.querySourceFeatures(unitSource(vintage.layer), { sourceLayer: vintage.layer });
    const people = new Map(state.zones.peek().map((zone) => [zone.id, zone.total ?? 0]));
    const names = namesOfAreas(parts, (properties) => -(people.get(String(properties[key])) ?? 0), key);
    const written = JSON.stringify(names);
    // Setting data makes the map busy and then idle again: only news may do so.
    if (written === last) return;
    last = written;
    map.getSource<GeoJSONSource>(`${unitSource(vintage.layer)}:names`)?.setData(names);
  });
}

/** Whether a layer of units holds any: as the list of layers says, or, without one, as the page was told. */
function hasUnits(layer: string, city: City): boolean {
  if (state.layers.value.state !== "ready") return (city.counts[layer] ?? 0) > 0;
  return state.readyLayers.value.some((one) => one.id === layer && !one.isEmpty);
}

/** Draw the units of the vintage that is asked about: coloured beside an answer, else plain ground for the layers. */
export function followUnits(map: MapLibre, city: City): void {
  effect(() => {
    const lent = lentUnits.value;
    const vintage = lent?.vintage ?? state.vintage.value;
    const key = city.keys[vintage?.layer ?? ""];
    const isOn = lent !== null || (state.view.value === "coverage" && state.answer.value !== null);
    const isDrawn = hasUnits(vintage?.layer ?? "", city);
    if (vintage && key && !map.getSource(unitSource(vintage.layer)) && isDrawn) {
      add(map, vintage.layer);
      gather(map, vintage, key);
    }
    const isAdded = map.getSource(unitSource(vintage?.layer ?? "")) !== undefined;
    for (const one of city.vintages) {
      for (const part of ["area", "edge", "point", "chosen", "name"]) {
        const id = `${unitSource(one.layer)}:${part}`;
        if (!map.getLayer(id)) continue;
        map.setLayoutProperty(id, "visibility", one.id === vintage?.id ? "visible" : "none");
      }
    }
    if (vintage && key && isAdded) paint(map, vintage, key, isOn);
  });
}
