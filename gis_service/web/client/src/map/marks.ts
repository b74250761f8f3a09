/** What the answer puts on the map above the units: people outside, facilities, the chosen place and its way. */

import { effect } from "@preact/signals";
import type { FeatureCollection } from "geojson";
import type { AddLayerObject, ExpressionSpecification, GeoJSONSource, Map as MapLibre } from "maplibre-gl";

import * as counting from "../counting";
import { LEVELS, marksOf } from "../cells";
import { isPlace, type Edit } from "../edits";
import { facilityFeatures, standings } from "../facilities";
import { DOT_IMAGE } from "../layers";
import * as state from "../state";
import { COLOURS, slot } from "../style";
import * as trying from "../trying";
import { changed } from "./lent";

const EMPTY: FeatureCollection = { type: "FeatureCollection", features: [] };
const LAST_ZOOM = 24;
const OLD = 0.45;
/** With more places than this, each is drawn smaller and names may cover them. */
const MANY = 120;

/** Radius in pixels, its area in step with the people; the factor grows with the zoom as the cells do. */
function radius(factor: number): ExpressionSpecification {
  return ["max", 1.1, ["min", 26, ["*", factor, ["sqrt", ["get", "people"]]]]];
}

function cellLayers(): readonly AddLayerObject[] {
  return LEVELS.map(({ factor, fromZoom }, index) => ({
    id: `outside:${factor}`,
    type: "circle" as const,
    source: "outside",
    minzoom: fromZoom,
    maxzoom: LEVELS[index + 1]?.fromZoom ?? LAST_ZOOM,
    filter: ["==", ["get", "level"], factor] as ExpressionSpecification,
    paint: {
      "circle-color": COLOURS.outside,
      "circle-opacity": ["case", ["get", "small"], 0.35, 0.82] as ExpressionSpecification,
      "circle-stroke-color": COLOURS.paper,
      "circle-stroke-width": 0.5,
      "circle-stroke-opacity": 0.7,
      "circle-radius": ["interpolate", ["exponential", 1.6], ["zoom"], 8, radius(0.06), 10, radius(0.14), 12, radius(0.32), 14, radius(0.7), 17, radius(1.6)] as ExpressionSpecification,
    },
  }));
}

function dot(id: string, standing: string, paint: Readonly<Record<string, unknown>>): AddLayerObject {
  return { id, type: "circle", source: "facilities", filter: ["==", ["get", "standing"], standing], paint } as AddLayerObject;
}

function grown(size: number): ExpressionSpecification {
  return ["interpolate", ["linear"], ["zoom"], 8, size * 0.55, 10.5, size, 15, size * 1.7];
}

function facilityLayers(): readonly AddLayerObject[] {
  return [
    dot("facility:former", "former", { "circle-color": COLOURS.paper, "circle-opacity": 0.9, "circle-radius": grown(2.3),
      "circle-stroke-color": "#8fa3aa", "circle-stroke-width": 1.3 }),
    dot("facility:branch", "branch", { "circle-color": COLOURS.paper, "circle-radius": grown(3.2),
      "circle-stroke-color": COLOURS.rail, "circle-stroke-width": 2 }),
    dot("facility:open", "open", { "circle-color": COLOURS.rail, "circle-radius": grown(4.6),
      "circle-stroke-color": COLOURS.paper, "circle-stroke-width": 1.8 }),
  ];
}

/** Their colours follow the screen (theme.ts). */
function routeLayers(): readonly AddLayerObject[] {
  const width = (size: number): ExpressionSpecification => ["interpolate", ["linear"], ["zoom"], 9, size, 15, size * 1.8];
  const layout = { "line-cap": "round", "line-join": "round" } as const;
  return [
    { id: "route:edge", type: "line", source: "route", layout, paint: { "line-width": width(7) } },
    { id: "route:line", type: "line", source: "route", layout, filter: ["!=", ["get", "part"], "access"],
      paint: { "line-width": width(3.6) } },
    { id: "route:access", type: "line", source: "route", layout, filter: ["==", ["get", "part"], "access"],
      paint: { "line-width": width(3.2), "line-dasharray": [0.6, 1.6] } },
  ];
}

function placeLayers(): readonly AddLayerObject[] {
  return [
    { id: "place:ring", type: "circle", source: "place",
      paint: { "circle-radius": 8, "circle-color": COLOURS.paper, "circle-stroke-color": COLOURS.ink, "circle-stroke-width": 2.5 } },
    { id: "place:dot", type: "circle", source: "place", paint: { "circle-radius": 3, "circle-color": COLOURS.ink } },
  ];
}

/** Empty pictures that keep names off what is chosen and off the places; what lies on top is placed first. */
function clearings(): readonly AddLayerObject[] {
  const layout = { "icon-image": DOT_IMAGE, "icon-allow-overlap": true, "icon-padding": 0 } as const;
  return [
    { id: "facility:clear", type: "symbol", source: "facilities", filter: ["==", ["get", "standing"], "open"],
      layout: { ...layout, "icon-size": ["interpolate", ["linear"], ["zoom"], 8, 0.5, 10.5, 1] } },
    { id: "place:clear", type: "symbol", source: "place", layout: { ...layout, "icon-size": 2.6 } },
  ];
}

function set(map: MapLibre, source: string, data: FeatureCollection): void {
  map.getSource<GeoJSONSource>(source)?.setData(data);
}

/** The places of the service, but for those that edits say otherwise of. */
export function placesBeside(edits: readonly Edit[]): FeatureCollection {
  const [list, question] = [state.placesTold.value, state.told.value];
  if (!list || !question) return EMPTY;
  const edited = new Set(edits.flatMap((one) => (isPlace(one) ? [one.target] : [])));
  return facilityFeatures(list, standings(list, question.state, question.share, state.today), edited);
}

function followFacilities(map: MapLibre): void {
  effect(() => {
    const [list, question] = [state.placesTold.value, state.told.value];
    const isOn = ["coverage", "whatif", "siting"].includes(state.view.value);
    const stands = list && question ? standings(list, question.state, question.share, state.today) : [];
    set(map, "facilities", isOn ? placesBeside(state.view.value === "whatif" ? trying.onMap.value : []) : EMPTY);
    const isMany = stands.filter((one) => one === "open").length > MANY;
    map.setPaintProperty("facility:open", "circle-radius", grown(isMany ? 3.2 : 4.6));
    map.setPaintProperty("facility:open", "circle-stroke-width", isMany ? 1.2 : 1.8);
    map.setLayoutProperty("facility:clear", "visibility", isMany ? "none" : "visible");
  });
}

function followCells(map: MapLibre): void {
  effect(() => {
    // Cells are those of the answer, and never stand beside figures that were counted for another limit.
    const isOn = state.view.value === "coverage" || (state.view.value === "siting" && changed.value === null);
    set(map, "outside", isOn && !counting.isCounted.value ? marksOf(state.cells.value) : EMPTY);
  });
  effect(() => {
    const isOld = state.isOld.value || counting.ahead.value !== null;
    for (const { factor } of LEVELS) {
      map.setPaintProperty(`outside:${factor}`, "circle-opacity", ["*", isOld ? OLD : 1, ["case", ["get", "small"], 0.35, 0.82]]);
    }
  });
}

function followPlace(map: MapLibre): void {
  effect(() => {
    const [at, why] = [state.place.value, state.why.value];
    const isOn = state.view.value === "coverage" && at !== null;
    set(map, "place", isOn
      ? { type: "FeatureCollection", features: [{ type: "Feature", properties: {}, geometry: { type: "Point", coordinates: [...at] } }] }
      : EMPTY);
    set(map, "route", isOn && why?.state === "ready" && why.value.route ? why.value.route : EMPTY);
  });
}

/** Add the layers of the answer, empty, and keep them in step with it. */
export function followAnswer(map: MapLibre): void {
  for (const source of ["outside", "facilities", "route", "place"]) map.addSource(source, { type: "geojson", data: EMPTY });
  for (const layer of [...cellLayers(), ...facilityLayers(), ...routeLayers(), ...placeLayers()]) map.addLayer(layer, slot("names"));
  for (const layer of clearings()) map.addLayer(layer);
  followFacilities(map);
  followCells(map);
  followPlace(map);
}
