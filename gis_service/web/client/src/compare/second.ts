/** The second map: drawn like the first but for what its side says otherwise, and moved with it. */

import type { GeoJSON } from "geojson";
import { Map as MapLibre, ScaleControl, type StyleSpecification } from "maplibre-gl";

import { DOT_IMAGE } from "../layers";
import * as state from "../state";
import { COMPARE } from "./words";

/** What the second map has in the place of the first one's: data of sources, and paint of layers. */
type Data = Readonly<Record<string, GeoJSON>>;
type Paint = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

export interface Second {
  readonly show: (data: Data, paint: Paint) => void;
  readonly remove: () => void;
}

const DOT_PX = 10;
/** Layers of units as the comparison colours them. */
export const UNITS = ["compare:area", "compare:point"] as const;

/** The style of the first map with what the second has in its place. */
export function styleWith(style: StyleSpecification, data: Data, paint: Paint): StyleSpecification {
  const sources = Object.fromEntries(Object.entries(style.sources).map(([id, source]) =>
    [id, data[id] !== undefined && source.type === "geojson" ? { ...source, data: data[id] } : source]));
  const layers = style.layers.map((layer) => (paint[layer.id] ? { ...layer, paint: { ...layer.paint, ...paint[layer.id] } } : layer));
  return { ...style, sources, layers } as StyleSpecification;
}

/** Move one map with the other, whichever the reader moves. */
function together(one: MapLibre, other: MapLibre): () => void {
  let isMoving = false;
  const follow = (from: MapLibre, to: MapLibre) => (): void => {
    if (isMoving) return;
    isMoving = true;
    to.jumpTo({ center: from.getCenter(), zoom: from.getZoom() });
    isMoving = false;
  };
  const heard = [one.on("move", follow(one, other)), one.on("resize", follow(one, other)), other.on("move", follow(other, one))];
  return () => { for (const each of heard) each.unsubscribe(); };
}

/** Scripts and tests may ask of the second map what they may ask of the first. */
function publish(map: MapLibre): void {
  Object.defineProperty(window, "gisSecondMap", {
    configurable: true,
    value: Object.freeze({
      isIdle: () => map.loaded() && map.areTilesLoaded(),
      drawn: (prefix: string) => map.queryRenderedFeatures({ layers: map.getLayersOrder().filter((id) => id.startsWith(prefix)) }).length,
      paint: (layer: string, property: Parameters<MapLibre["getPaintProperty"]>[1]) => map.getPaintProperty(layer, property),
      view: () => ({ center: map.getCenter().toArray(), zoom: map.getZoom() }),
    }),
  });
}

function made(first: MapLibre, container: HTMLElement): MapLibre {
  const map = new MapLibre({
    container, style: first.getStyle(), center: first.getCenter(), zoom: first.getZoom(),
    attributionControl: false, maxPitch: 0, dragRotate: false, fadeDuration: 0,
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map.addControl(new ScaleControl({ maxWidth: state.isPhone.peek() ? 64 : 110, unit: "metric" }), "bottom-left");
  map.getCanvas().setAttribute("aria-label", COMPARE.secondMap[state.language.peek()]);
  // The empty picture that keeps names off the dots is no part of a style.
  map.setMissingStyleImageResolver((id) => {
    if (id === DOT_IMAGE && !map.hasImage(id)) map.addImage(id, { width: DOT_PX, height: DOT_PX, data: new Uint8Array(DOT_PX * DOT_PX * 4) });
  });
  return map;
}

/** Begin a second map over the first; it takes up whatever changes there as soon as that is drawn. A unit that is pressed is picked. */
export function startSecond(first: MapLibre, pick: (properties: Readonly<Record<string, unknown>>) => void): Second {
  const container = document.createElement("div");
  container.className = "canvas second";
  first.getContainer().after(container);
  const map = made(first, container);
  const apart = together(first, map);
  let [data, paint]: [Data, Paint] = [{}, {}];
  let isLoaded = false;
  const take = (): void => {
    if (isLoaded) map.setStyle(styleWith(first.getStyle(), data, paint), { diff: true });
  };
  map.once("load", () => {
    isLoaded = true;
    take();
  });
  const heard = first.on("idle", take);
  map.on("click", ({ point }) => {
    const layers = UNITS.filter((id) => map.getLayer(id));
    const found = map.queryRenderedFeatures(point, { layers })[0];
    if (found) pick(found.properties);
  });
  publish(map);
  return {
    show: (nextData, nextPaint) => {
      [data, paint] = [nextData, nextPaint];
      take();
    },
    remove: () => {
      heard.unsubscribe();
      apart();
      map.remove();
      container.remove();
      Reflect.deleteProperty(window, "gisSecondMap");
    },
  };
}
