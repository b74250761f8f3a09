/** Candidates as diamonds, sites of the best plan so far, and the plan's own sites with their numbers, on the map. */

import { effect } from "@preact/signals";
import type { Feature, FeatureCollection } from "geojson";
import type { AddLayerObject, ExpressionSpecification, GeoJSONSource, Map as MapLibre } from "maplibre-gl";

import type { At } from "../edits";
import { DOT_IMAGE } from "../layers";
import { takesPress, type Press } from "../map/lent";
import * as state from "../state";
import { COLOURS, FONT, slot } from "../style";
import { standingOf } from "./ask";
import type { Candidate } from "./candidates";
import * as doing from "./doing";

const SOURCE = "siting";
const EMPTY: FeatureCollection = { type: "FeatureCollection", features: [] };
const REACH_PX = 8;
const TOUCHED = ["siting:site", "siting:found", "siting:candidate"];
const DIAMONDS = { free: COLOURS.brand, fixed: COLOURS.gained, excluded: "#8fa3aa" } as const;
const DIAMOND_PX = 26;

/** A diamond with a white edge; an excluded one is hollow. */
function diamond(colour: string, isHollow: boolean): ImageData {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [DIAMOND_PX, DIAMOND_PX];
  const pen = canvas.getContext("2d");
  if (!pen) return new ImageData(DIAMOND_PX, DIAMOND_PX);
  const shape = (inset: number, fill: string): void => {
    const [middle, reach] = [DIAMOND_PX / 2, DIAMOND_PX / 2 - inset];
    pen.beginPath();
    pen.moveTo(middle, middle - reach);
    pen.lineTo(middle + reach, middle);
    pen.lineTo(middle, middle + reach);
    pen.lineTo(middle - reach, middle);
    pen.closePath();
    pen.fillStyle = fill;
    pen.fill();
  };
  shape(0, COLOURS.paper);
  shape(3.5, colour);
  if (isHollow) shape(7.5, COLOURS.paper);
  return pen.getImageData(0, 0, DIAMOND_PX, DIAMOND_PX);
}

function of(kind: string): { source: string; filter: ExpressionSpecification } {
  return { source: SOURCE, filter: ["==", ["get", "kind"], kind] };
}

/** What is chosen stands out by a ring; what stays in the next plan by a thicker edge. */
function layers(): readonly AddLayerObject[] {
  const size = (factor: number): ExpressionSpecification => ["*", factor, ["get", "size"]];
  const grown: ExpressionSpecification = ["interpolate", ["linear"], ["zoom"], 8, size(0.24), 10, size(0.36), 12, size(0.55), 15, size(0.85)];
  const number = { "text-font": FONT, "text-allow-overlap": true, "text-ignore-placement": true } as const;
  return [
    { id: "siting:candidate", type: "symbol", ...of("candidate"),
      layout: { "icon-image": ["concat", "siting-", ["get", "standing"]], "icon-size": grown, "icon-allow-overlap": true, "icon-ignore-placement": true,
        "symbol-sort-key": ["match", ["get", "standing"], "free", 0, 1] },
      paint: { "icon-opacity": ["match", ["get", "standing"], "free", 0.8, 1] } },
    { id: "siting:found", type: "circle", ...of("found"),
      paint: { "circle-radius": 8, "circle-color": COLOURS.gained, "circle-opacity": 0.75, "circle-stroke-color": COLOURS.paper, "circle-stroke-width": 2 } },
    { id: "siting:site", type: "circle", ...of("site"),
      paint: { "circle-radius": 11, "circle-color": ["case", ["get", "isLeft"], COLOURS.paper, COLOURS.gained],
        "circle-opacity": ["get", "opacity"], "circle-stroke-width": ["case", ["==", ["get", "standing"], "fixed"], 4, 2],
        "circle-stroke-color": ["case", ["get", "isLeft"], COLOURS.gained, ["==", ["get", "standing"], "fixed"], COLOURS.rail, COLOURS.paper] } },
    { id: "siting:number", type: "symbol", ...of("site"), layout: { ...number, "text-field": ["get", "order"], "text-size": 12 },
      paint: { "text-color": ["case", ["get", "isLeft"], COLOURS.gained, COLOURS.paper], "text-opacity": ["get", "opacity"] } },
    { id: "siting:chosen", type: "circle", source: SOURCE, filter: ["get", "isChosen"],
      paint: { "circle-radius": 15, "circle-opacity": 0, "circle-stroke-color": COLOURS.ink, "circle-stroke-width": 2.5 } },
  ];
}

/** Empty pictures that keep names off the sites, and off candidates that are few. */
const CLEAR: AddLayerObject = {
  id: "siting:clear", type: "symbol", source: SOURCE, filter: ["any", ["!=", ["get", "kind"], "candidate"], [">", ["get", "size"], 1]],
  layout: { "icon-image": DOT_IMAGE, "icon-allow-overlap": true, "icon-padding": 0, "icon-size": 2.4 },
};

function point(kind: string, id: string, at: At, more: Readonly<Record<string, unknown>> = {}): Feature {
  return { type: "Feature", properties: { kind, id, isChosen: id === doing.chosen.value, ...more }, geometry: { type: "Point", coordinates: [...at] } };
}

const OLD = 0.45;
/** Of no more candidates than these each is drawn larger. */
const FEW = 60;
const LARGER = 1.7;

/** All that is drawn: candidates that are not sites, then the sites of the search or of the plan. */
function features(candidates: readonly Candidate[]): readonly Feature[] {
  const ask = doing.ask.value;
  if (ask === null || state.view.value !== "siting") return [];
  const [searching, plan] = [doing.search.value, doing.plan.value];
  const found = searching?.sites ?? [];
  const sites = searching !== null && found.length > 0 ? [] : (plan?.sites ?? []);
  const taken = new Set([...found, ...sites].map(({ id }) => id));
  const size = candidates.length > FEW ? 1 : LARGER;
  const opacity = doing.isOld.value || searching !== null ? OLD : 1;
  return [
    ...candidates.filter(({ id }) => !taken.has(id)).map(({ id, at }) => point("candidate", id, at, { size, standing: standingOf(ask, id) })),
    ...found.map(({ id, lon, lat }) => point("found", id, [lon, lat])),
    ...sites.map(({ id, lon, lat, order }) => point("site", id, [lon, lat], {
      order: String(order), opacity, standing: standingOf(ask, id), isLeft: doing.left.value.has(id) })),
  ];
}

/** The candidate or site under a press; null for none. */
function hit(map: MapLibre, { x, y }: Press["point"]): string | null {
  const around: [[number, number], [number, number]] = [[x - REACH_PX, y - REACH_PX], [x + REACH_PX, y + REACH_PX]];
  const found = map.queryRenderedFeatures(around, { layers: TOUCHED.filter((id) => map.getLayer(id)) })[0];
  const id: unknown = found?.properties["id"];
  return typeof id === "string" ? id : null;
}

function press(map: MapLibre, { point: at, lngLat: { lng, lat } }: Press): boolean {
  if (doing.isPlacing.peek()) {
    doing.addPlace([lng, lat]);
    return true;
  }
  doing.chosen.value = hit(map, at);
  return doing.chosen.peek() !== null;
}

/** Draw while this part is open; the layers stay, empty, once they are there. */
export function drawOn(map: MapLibre, candidates: () => readonly Candidate[]): () => void {
  if (!map.getSource(SOURCE)) {
    for (const [name, colour] of Object.entries(DIAMONDS)) {
      map.addImage(`siting-${name}`, diamond(colour, name === "excluded"), { pixelRatio: 1 });
    }
    map.addSource(SOURCE, { type: "geojson", data: EMPTY });
    // Candidates are many: an open place beside one is not to be hidden by it.
    for (const layer of layers()) map.addLayer(layer, layer.id === "siting:candidate" && map.getLayer("facility:open") ? "facility:open" : slot("names"));
    map.addLayer(CLEAR);
  }
  takesPress.value = (one) => press(map, one);
  const ends = [
    effect(() => {
      map.getSource<GeoJSONSource>(SOURCE)?.setData({ type: "FeatureCollection", features: [...features(candidates())] });
    }),
    effect(() => { map.getContainer().classList.toggle("placing", doing.isPlacing.value); }),
  ];
  return () => {
    for (const one of ends) one();
    takesPress.value = null;
    map.getContainer().classList.remove("placing");
    map.getSource<GeoJSONSource>(SOURCE)?.setData(EMPTY);
  };
}
