/** What is tried out, on the map: new, moved and closed facilities, shut ways, and the facility under the finger. */

import { effect } from "@preact/signals";
import type { Feature, FeatureCollection, Geometry } from "geojson";
import type { AddLayerObject, GeoJSONSource, Map as MapLibre, MapMouseEvent, MapTouchEvent } from "maplibre-gl";

import type { At, Edit, Target } from "../edits";
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

/** What one edit looks like: where the facility is, where it was, and the way between. */
function featuresOf(edit: Edit, was: (fid: number) => At | null, ways: ReadonlyMap<string, Geometry>): readonly Feature[] {
  if (edit.op === "add") return [point("new", edit.target, edit.at)];
  if (edit.op === "shut") {
    const geometry = ways.get(`${edit.layer} ${edit.fid}`);
    return geometry ? [{ type: "Feature", properties: { kind: "shut" }, geometry }] : [];
  }
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

function followEdits(map: MapLibre): void {
  const ways = new Map<string, Geometry>();
  const draw = (): void => {
    const edits = state.view.peek() === "whatif" ? trying.drawn.peek() : [];
    const features = edits.flatMap((edit) => featuresOf(edit, placeOf, ways));
    map.getSource<GeoJSONSource>(SOURCE)?.setData(features.length > 0 ? { type: "FeatureCollection", features } : EMPTY);
  };
  effect(() => {
    void [state.view.value, state.placesTold.value];
    for (const edit of trying.drawn.value) {
      if (edit.op !== "shut" || ways.has(`${edit.layer} ${edit.fid}`)) continue;
      readFeature(edit.layer, edit.fid, state.language.peek())
        .then(({ geometry }) => {
          ways.set(`${edit.layer} ${edit.fid}`, geometry);
          draw();
        })
        // It stands in the list of edits all the same.
        .catch(() => undefined);
    }
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
    if (state.view.peek() !== "whatif" || trying.tool.peek() !== null || !isOne) return;
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
