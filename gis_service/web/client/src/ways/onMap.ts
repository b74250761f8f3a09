/** Drawing a road on the map: by pointer, finger and keys, its vertices drawn to the roads that are there. */

import { effect } from "@preact/signals";
import type { Feature, FeatureCollection, Position } from "geojson";
import type { GeoJSONSource, Map as MapLibre, MapMouseEvent } from "maplibre-gl";

import { COLOURS } from "../style";
import * as drawing from "./drawing";
import { nearestOn, type Nearest, type Pixel } from "./snap";

const SOURCE = "drawing";
/** Roads that a vertex is drawn to: those of the layer, and those that were drawn before. */
const JOINED = ["roads:line", "edits:link"];
const REACH_PX = 12;

function linesOf(feature: Feature): readonly (readonly Position[])[] {
  if (feature.geometry.type === "LineString") return [feature.geometry.coordinates];
  return feature.geometry.type === "MultiLineString" ? feature.geometry.coordinates : [];
}

/** The place under a pixel, moved to the road within reach. */
function spotAt(map: MapLibre, { x, y }: Pixel): drawing.Spot {
  const layers = JOINED.filter((id) => map.getLayer(id));
  const around = map.queryRenderedFeatures([[x - REACH_PX, y - REACH_PX], [x + REACH_PX, y + REACH_PX]], { layers });
  let best: (Nearest & { readonly road: string }) | null = null;
  for (const feature of around) {
    for (const line of linesOf(feature)) {
      const pixels = line.map(([lon = 0, lat = 0]) => map.project([lon, lat]));
      const found = nearestOn({ x, y }, pixels, best?.distance ?? REACH_PX);
      if (found) best = { ...found, road: String(feature.properties["name"] ?? "") };
    }
  }
  const { lng, lat } = map.unproject(best ? [best.x, best.y] : [x, y]);
  return { at: [lng, lat], road: best?.road ?? null };
}

/** The place in the middle of the map, for those who use the keys. */
export function spotInMiddle(map: MapLibre): drawing.Spot {
  return spotAt(map, map.project(map.getCenter()));
}

export function spotOf(map: MapLibre, [lon, lat]: readonly [number, number]): drawing.Spot {
  return spotAt(map, map.project([lon, lat]));
}

function featuresNow(): FeatureCollection {
  const [put, next] = [drawing.vertices.value, drawing.next.value];
  const line = [...put, ...(next ? [next] : [])].map(({ at }) => [...at]);
  const dots = [...put, ...(next ? [next] : [])].map(({ at, road }): Feature => ({
    type: "Feature", properties: { joins: road !== null }, geometry: { type: "Point", coordinates: [...at] },
  }));
  const drawn: Feature[] = line.length > 1 && put.length > 0 ? [{ type: "Feature", properties: {}, geometry: { type: "LineString", coordinates: line } }] : [];
  return { type: "FeatureCollection", features: [...drawn, ...dots] };
}

/** Above everything, names too: the hand is on them. */
function addLayers(map: MapLibre): void {
  map.addSource(SOURCE, { type: "geojson", data: { type: "FeatureCollection", features: [] } });
  map.addLayer({ id: "drawing:line", type: "line", source: SOURCE, filter: ["==", ["geometry-type"], "LineString"],
    paint: { "line-color": COLOURS.gained, "line-width": 3.4, "line-dasharray": [2, 1.2] } });
  map.addLayer({ id: "drawing:vertex", type: "circle", source: SOURCE, filter: ["==", ["geometry-type"], "Point"],
    paint: { "circle-radius": ["case", ["get", "joins"], 7, 5], "circle-color": ["case", ["get", "joins"], COLOURS.gained, COLOURS.paper],
      "circle-stroke-color": ["case", ["get", "joins"], COLOURS.paper, COLOURS.gained], "circle-stroke-width": 2.4 } });
}

const KEYS: Readonly<Record<string, (map: MapLibre) => void>> = {
  " ": (map) => drawing.put(spotInMiddle(map)),
  Enter: (map) => {
    if (drawing.canEnd.peek()) drawing.end();
    else drawing.put(spotInMiddle(map));
  },
  Backspace: drawing.takeBack,
  Escape: drawing.giveUp,
};

/** Take presses and keys while a road is drawn; gives what ends it. */
export function followDrawing(map: MapLibre): () => void {
  if (!map.getSource(SOURCE)) addLayers(map);
  const press = ({ point }: MapMouseEvent): void => {
    drawing.put(spotAt(map, point));
    map.getCanvas().focus();
  };
  const move = ({ point }: MapMouseEvent): void => { drawing.next.value = spotAt(map, point); };
  const leave = (): void => { drawing.next.value = null; };
  const double = (event: MapMouseEvent): void => {
    event.preventDefault();
    drawing.end();
  };
  const key = (event: KeyboardEvent): void => {
    const act = KEYS[event.key];
    if (!act) return;
    event.preventDefault();
    act(map);
  };
  const ended = new AbortController();
  const heard = [map.on("click", press), map.on("mousemove", move), map.on("mouseout", leave), map.on("dblclick", double)];
  map.doubleClickZoom.disable();
  map.getCanvas().addEventListener("keydown", key, { signal: ended.signal });
  map.getContainer().classList.add("drawing");
  const show = (): void => { map.getSource<GeoJSONSource>(SOURCE)?.setData(featuresNow()); };
  const stop = effect(show);
  return () => {
    for (const one of heard) one.unsubscribe();
    map.doubleClickZoom.enable();
    ended.abort();
    map.getContainer().classList.remove("drawing");
    drawing.vertices.value = [];
    drawing.next.value = null;
    stop();
  };
}
