/** The map itself: MapLibre with our own worker, fonts and background, following the page's state. */

import { effect } from "@preact/signals";
import { Map as MapLibre, ScaleControl, setWorkerUrl, type PaddingOptions } from "maplibre-gl";
// The worker is a file of its own, because the page's policy allows no blob: worker; MapLibre 6 works
// out its address at run time, which a bundler cannot follow.
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";

import { word } from "../language";
import { boxAround, DOT_IMAGE, sourceId } from "../layers";
import type { City } from "../page";
import { archipelagos } from "../places";
import * as state from "../state";
import { emptyMap, PLACES_SOURCE } from "../style";
import { addBase } from "./base";
import { followAnswer } from "./marks";
import { followLayers } from "./overlays";
import { followPointer, touchable } from "./pointer";
import { followSelection } from "./selection";
import { followUnits, type Boxes } from "./units";

setWorkerUrl(workerUrl);

const DOT_PX = 10;
const PLACE_ZOOM = 13;
const UNIT_ZOOM = 13;

export interface MapHandle {
  readonly zoom: (steps: 1 | -1) => void;
  readonly showAll: () => void;
  readonly reload: (layer: string) => void;
  readonly goTo: (at: state.Position) => void;
  /** Move so that a unit is seen whole; one that has not been on the map yet is looked for in the whole city. */
  readonly showUnit: (id: string) => void;
}

/** Vietnamese letters lie in a second font file, which MapLibre's own check (a space) never asks for. */
async function lettersReady(): Promise<void> {
  const sample = "AaĂăÂâĐđÊêÔôƠơƯưẠạẾếỰựỸỹ";
  const faces = ["400 14px 'Be Vietnam Pro'", "600 14px 'Be Vietnam Pro Semibold'"];
  await Promise.all(faces.map((face) => document.fonts.load(face, sample)));
}

/** Room for the buttons, the switch, and on a phone for the sheet at the foot of the screen. */
function padding(): PaddingOptions {
  if (state.isPhone.value) return { top: 116, right: 30, bottom: Math.round(window.innerHeight * 0.46) + 44, left: 30 };
  return { top: 64, right: 104, bottom: 40, left: 20 };
}

function cityBox(city: City): [number, number, number, number] {
  const layer = state.readyLayers.peek().find((one) => one.id === state.vintage.peek()?.layer);
  const [west, south, east, north] = layer?.bbox ?? boxAround(state.shownLayers.peek()) ?? city.bbox;
  return [west, south, east, north];
}

function followLanguage(map: MapLibre): void {
  effect(() => {
    const language = state.language.value;
    map.getCanvas().setAttribute("aria-label", word("mapOf", language));
    map.getSource<import("maplibre-gl").GeoJSONSource>(PLACES_SOURCE)?.setData(archipelagos(language));
  });
}

/** What scripts, tests and browser extensions may ask of the map; it changes nothing. */
function publish(map: MapLibre): void {
  const drawn = (ids: string[]): number =>
    (ids.length === 0 ? 0 : map.queryRenderedFeatures({ layers: ids }).length);
  Object.defineProperty(window, "gisMap", {
    value: Object.freeze({
      isIdle: () => map.loaded() && map.areTilesLoaded(),
      /** Features of a layer that the reader has switched on. */
      rendered: (layer: string) => drawn(touchable(map).filter((id) => id.startsWith(`${layer}:`))),
      /** Features of the map layers whose id begins so. */
      drawn: (prefix: string) => drawn(map.getStyle().layers.map(({ id }) => id).filter((id) => id.startsWith(prefix))),
      places: () => map.queryRenderedFeatures({ layers: [PLACES_SOURCE] }).map((place) => place.properties),
      pixel: (lon: number, lat: number) => map.project([lon, lat]),
      view: () => ({ center: map.getCenter().toArray(), zoom: map.getZoom() }),
    }),
  });
}

function made(container: HTMLElement, city: City, calm: boolean): MapLibre {
  const map = new MapLibre({
    container,
    style: emptyMap(state.language.value, state.isDark.value),
    bounds: cityBox(city),
    fitBoundsOptions: { padding: padding() },
    attributionControl: false,
    hash: "map",
    maxPitch: 0,
    dragRotate: false,
    fadeDuration: calm ? 0 : 200,
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map.addControl(new ScaleControl({ maxWidth: 120, unit: "metric" }), "bottom-left");
  map.on("zoom", () => { state.zoom.value = map.getZoom(); });
  state.zoom.value = map.getZoom();
  return map;
}

function handleOf(map: MapLibre, city: City, boxes: Boxes, calm: boolean): MapHandle {
  const showAll = (): void => void map.fitBounds(cityBox(city), { padding: padding(), animate: !calm });
  const boxOf = (id: string) => boxes.get(`${state.vintage.peek()?.id ?? ""}/${id}`);
  const fit = (id: string): boolean => {
    const box = boxOf(id);
    if (box) map.fitBounds([...box], { padding: padding(), maxZoom: UNIT_ZOOM, animate: !calm });
    return box !== undefined;
  };
  return {
    zoom: (steps) => void (steps > 0 ? map.zoomIn() : map.zoomOut()),
    showAll,
    reload: (layer) => {
      state.mark(layer, false);
      map.refreshTiles(sourceId(layer));
    },
    goTo: (at) => void map.easeTo({ center: [...at], zoom: Math.max(map.getZoom(), PLACE_ZOOM), animate: !calm }),
    showUnit: (id) => {
      if (fit(id)) return;
      showAll();
      map.once("idle", () => void fit(id));
    },
  };
}

export async function startMap(container: HTMLElement, city: City): Promise<MapHandle> {
  await lettersReady();
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const map = made(container, city, calm);
  await new Promise<void>((done) => void map.once("load", () => done()));
  map.addImage(DOT_IMAGE, { width: DOT_PX, height: DOT_PX, data: new Uint8Array(DOT_PX * DOT_PX * 4) });
  // The answer does not wait for the ground it lies on.
  void addBase(map).catch(() => undefined);
  const boxes = followUnits(map, city);
  followAnswer(map);
  followLayers(map);
  followLanguage(map);
  followPointer(map, city);
  followSelection(map);
  publish(map);
  return handleOf(map, city, boxes, calm);
}
