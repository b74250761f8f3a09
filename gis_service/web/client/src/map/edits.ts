/** What is tried out, on the map: new, moved and closed facilities, shut ways, and the facility under the finger. */

import { effect } from "@preact/signals";
import type { Feature, FeatureCollection, Geometry } from "geojson";
import type { AddLayerObject, GeoJSONSource, Map as MapLibre, MapMouseEvent, MapTouchEvent } from "maplibre-gl";

import { isPlace, type At, type Edit, type Target, type Way } from "../edits";
import { readFeature } from "../features";
import * as state from "../state";
import { COLOURS, FONT, slot } from "../style";
import * as trying from "../trying";

const SOURCE = "edits";
const EMPTY: FeatureCollection = { type: "FeatureCollection", features: [] };
/** Layers whose points can be taken hold of. */
const HELD = ["edits:new", "edits:moved", "facility:open", "facility:branch"];
/** A press that moves less is a press, no drag. */
const DRAG_STARTS_PX = 4;
const REACH_PX = 8;

function point(kind: string, target: Target, at: At): Feature {
  return { type: "Feature", properties: { kind, target: String(target), isNew: typeof target === "string" },
    geometry: { type: "Point", coordinates: [...at] } };
}

/** The road or ferry that an edit is of by its number; null when it is of none. */
function wayOf(edit: Edit): { readonly layer: Way; readonly fid: number } | null {
  if (edit.op === "shut") return edit;
  return edit.op === "speed" && typeof edit.of === "number" ? { layer: "roads", fid: edit.of } : null;
}

/** A new road as it is drawn; a way of the layer as soon as its line is known. */
function featuresOfWay(edit: Edit): readonly Feature[] {
  if (edit.op === "link") {
    return [{ type: "Feature", properties: { kind: "link", target: edit.name }, geometry: { type: "LineString", coordinates: edit.line.map((one) => [...one]) } }];
  }
  const way = wayOf(edit);
  const geometry = way && ways.get(`${way.layer} ${way.fid}`);
  return geometry ? [{ type: "Feature", properties: { kind: edit.op }, geometry }] : [];
}

/** What one edit looks like: where the facility is, where it was, and the way between. */
function featuresOf(edit: Edit, was: (fid: number) => At | null): readonly Feature[] {
  if (!isPlace(edit)) return featuresOfWay(edit);
  if (edit.op === "add") return [point("new", edit.target, edit.at)];
  const from = was(edit.target);
  if (edit.op === "close") return from ? [point("closed", edit.target, from)] : [];
  const moved = point("moved", edit.target, edit.at);
  if (!from) return [moved];
  const line: Feature = { type: "Feature", properties: { kind: "shift" }, geometry: { type: "LineString", coordinates: [[...from], [...edit.at]] } };
  return [line, point("left", edit.target, from), moved];
}

function layers(): readonly AddLayerObject[] {
  const of = (kind: string): { source: string; filter: ["==", ["get", "kind"], string] } => ({ source: SOURCE, filter: ["==", ["get", "kind"], kind] });
  const dot = { "circle-radius": 8, "circle-stroke-color": COLOURS.paper, "circle-stroke-width": 2.2 } as const;
  return [
    { id: "edits:link-edge", type: "line", ...of("link"), layout: { "line-cap": "round", "line-join": "round" }, paint: { "line-color": COLOURS.paper, "line-width": 8 } },
    { id: "edits:link", type: "line", ...of("link"), layout: { "line-cap": "round", "line-join": "round" }, paint: { "line-color": COLOURS.gained, "line-width": 4.4 } },
    { id: "edits:speed", type: "line", ...of("speed"), layout: { "line-cap": "round" }, paint: { "line-color": COLOURS.gained, "line-width": 3.6, "line-dasharray": [0.2, 1.6] } },
    { id: "edits:shut-edge", type: "line", ...of("shut"), layout: { "line-cap": "round" }, paint: { "line-color": COLOURS.paper, "line-width": 7 } },
    { id: "edits:shut", type: "line", ...of("shut"), paint: { "line-color": COLOURS.outside, "line-width": 3.6, "line-dasharray": [1, 0.8] } },
    { id: "edits:shift", type: "line", ...of("shift"), paint: { "line-color": COLOURS.gained, "line-width": 2, "line-dasharray": [2, 2] } },
    { id: "edits:left", type: "circle", ...of("left"), paint: { "circle-radius": 4, "circle-color": COLOURS.paper, "circle-stroke-color": "#8fa3aa", "circle-stroke-width": 1.6 } },
    { id: "edits:closed", type: "circle", ...of("closed"), paint: { ...dot, "circle-color": COLOURS.paper, "circle-stroke-color": COLOURS.outside } },
    { id: "edits:cross", type: "symbol", ...of("closed"),
      layout: { "text-field": "×", "text-font": FONT, "text-size": 18, "text-allow-overlap": true, "text-ignore-placement": true }, paint: { "text-color": COLOURS.outside } },
    { id: "edits:moved", type: "circle", ...of("moved"), paint: { ...dot, "circle-color": COLOURS.rail } },
    { id: "edits:new", type: "circle", ...of("new"), paint: { ...dot, "circle-color": COLOURS.rail } },
    { id: "edits:plus", type: "symbol", ...of("new"),
      layout: { "text-field": "+", "text-font": FONT, "text-size": 16, "text-allow-overlap": true, "text-ignore-placement": true }, paint: { "text-color": COLOURS.paper } },
  ];
}

/** Where the places of the service stand, by item id. */
function placeOf(fid: number): At | null {
  return state.placesTold.value?.find((one) => one.fid === fid)?.at ?? null;
}

/** Lines of roads and ferries that edits name, as far as they have come. */
const ways = new Map<string, Geometry>();

/** Edits as the map draws them. */
export function featuresOfAll(edits: readonly Edit[]): FeatureCollection {
  const features = edits.flatMap((edit) => featuresOf(edit, placeOf));
  return features.length > 0 ? { type: "FeatureCollection", features } : EMPTY;
}

/** Fetch the lines of roads and ferries that edits name; `then` is called for each that comes. */
export function fetchWays(edits: readonly Edit[], then: () => void): void {
  for (const edit of edits) {
    const way = wayOf(edit);
    if (way === null || ways.has(`${way.layer} ${way.fid}`)) continue;
    readFeature(way.layer, way.fid, state.language.peek())
      .then(({ geometry }) => {
        ways.set(`${way.layer} ${way.fid}`, geometry);
        then();
      })
      // It stands in the list of edits all the same.
      .catch(() => undefined);
  }
}

function followEdits(map: MapLibre): void {
  const draw = (): void => {
    map.getSource<GeoJSONSource>(SOURCE)?.setData(featuresOfAll(state.view.peek() === "whatif" ? trying.onMap.peek() : []));
  };
  effect(() => {
    void [state.view.value, state.placesTold.value];
    fetchWays(trying.onMap.value, draw);
    draw();
  });
}

type Press = MapMouseEvent | MapTouchEvent;

/** The facility under a press; a new one goes before those of the layer. */
export function targetAt(map: MapLibre, { x, y }: { readonly x: number; readonly y: number }): Target | null {
  const layersHere = HELD.filter((id) => map.getLayer(id));
  const found = map.queryRenderedFeatures([[x - REACH_PX, y - REACH_PX], [x + REACH_PX, y + REACH_PX]], { layers: layersHere })[0];
  if (!found) return null;
  const target: unknown = found.properties["target"];
  if (typeof target !== "string") return typeof found.id === "number" ? found.id : null;
  return found.properties["isNew"] === true ? target : Number(target);
}

/** Take hold of a facility and carry it; the difference follows while it moves. */
function followDrag(map: MapLibre): void {
  const begin = (event: Press): void => {
    const isOne = !("points" in event) || event.points.length === 1;
    if (state.view.peek() !== "whatif" || trying.tool.peek() !== null || trying.lentEdits.peek() !== null || !isOne) return;
    const target = targetAt(map, event.point);
    if (target === null) return;
    // The map itself stays where it is.
    event.preventDefault();
    const { x, y } = event.point;
    const move = (to: Press): void => {
      const far = Math.hypot(to.point.x - x, to.point.y - y) >= DRAG_STARTS_PX;
      if (trying.drag.peek() === null && !far) return;
      trying.drag.value = { target, at: [to.lngLat.lng, to.lngLat.lat] };
      map.getCanvas().style.cursor = "grabbing";
    };
    const ended = new AbortController();
    const end = (): void => {
      ended.abort();
      map.off("mousemove", move);
      map.off("touchmove", move);
      const carried = trying.drag.peek();
      if (carried !== null) trying.change(trying.drawn.peek());
      map.getCanvas().style.cursor = "";
    };
    map.on("mousemove", move);
    map.on("touchmove", move);
    for (const last of ["mouseup", "touchend", "touchcancel"]) window.addEventListener(last, end, { signal: ended.signal });
  };
  map.on("mousedown", begin);
  map.on("touchstart", begin);
}

/** Add the layers of what is tried out, empty, and keep them in step with it. */
export function followTrying(map: MapLibre): void {
  map.addSource(SOURCE, { type: "geojson", data: EMPTY });
  for (const layer of layers()) map.addLayer(layer, slot("names"));
  followEdits(map);
  followDrag(map);
}
