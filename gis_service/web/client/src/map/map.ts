/** The map itself: MapLibre with our own worker, fonts and background, following the page's state. */

import { effect } from "@preact/signals";
import { Map as MapLibre, ScaleControl, setWorkerUrl, type GeoJSONSource } from "maplibre-gl";
// The worker is a file of its own, because the page's policy allows no blob: worker; MapLibre 6 works
// out its address at run time, which a bundler cannot follow.
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";

import { word } from "../language";
import { DOT_IMAGE, GROUND, unitSource } from "../layers";
import type { City } from "../page";
import { archipelagos } from "../places";
import * as state from "../state";
import { emptyMap, PLACES_SOURCE, themed } from "../style";
import { askAgain } from "./again";
import { addBase, followBaseNames } from "./base";
import { followBackground } from "./background";
import { lent } from "./lent";
import { followTrying } from "./edits";
import { followAnswer } from "./marks";
import { followLayers, type Overlays } from "./overlays";
import { followPointer } from "./pointer";
import { followSelection } from "./selection";
import { followTheme, keepThemed } from "./theme";
import { followUnits } from "./units";
import type { Room } from "./room";
import { cityBox, layersSettled, roomIn, viewOf, type View } from "./view";

setWorkerUrl(workerUrl);

const DOT_PX = 10;

export interface MapHandle extends View {
  /** Ask again for a layer that could not be drawn. */
  readonly reload: (layer: string) => void;
  /** Ask again for the base map or the units, whichever could not be drawn. */
  readonly reloadGround: () => void;
}

/** Vietnamese letters lie in a second font file, which MapLibre's own check (a space) never asks for. */
async function lettersReady(): Promise<void> {
  const sample = "AaĂăÂâĐđÊêÔôƠơƯưẠạẾếỰựỸỹ";
  const faces = ["400 14px 'Be Vietnam Pro'", "600 14px 'Be Vietnam Pro Semibold'"];
  // Without our own letters the map is drawn in the browser's.
  await Promise.allSettled(faces.map((face) => document.fonts.load(face, sample)));
}

function followLanguage(map: MapLibre): void {
  effect(() => {
    const language = state.language.value;
    map.getCanvas().setAttribute("aria-label", word("mapOf", language));
    map.getSource<GeoJSONSource>(PLACES_SOURCE)?.setData(archipelagos(language));
  });
}

/** What scripts, tests and browser extensions may ask of the map; it changes nothing. */
function publish(map: MapLibre, overlays: Overlays): void {
  const drawn = (ids: string[]): number =>
    (ids.length === 0 ? 0 : map.queryRenderedFeatures({ layers: ids }).length);
  Object.defineProperty(window, "gisMap", {
    value: Object.freeze({
      isIdle: () => map.loaded() && map.areTilesLoaded(),
      /** Features of a layer that the reader has switched on. */
      rendered: (layer: string) => drawn(overlays.touchable().filter((id) => id.startsWith(`${layer}:`))),
      /** Features of the map layers whose id begins so. */
      drawn: (prefix: string) => drawn(map.getLayersOrder().filter((id) => id.startsWith(prefix))),
      places: () => map.queryRenderedFeatures({ layers: [PLACES_SOURCE] }).map((place) => place.properties),
      pixel: (lon: number, lat: number) => map.project([lon, lat]),
      /** Words that are drawn now by the map layers whose id ends so. */
      labels: (suffix: string) => map.queryRenderedFeatures({ layers: map.getLayersOrder().filter((id) => id.endsWith(suffix)) })
        .map((label) => String(label.properties["name"])),
      isShown: (layer: string) => map.getLayer(layer) !== undefined && map.getLayoutProperty(layer, "visibility") !== "none",
      paint: (layer: string, property: Parameters<MapLibre["getPaintProperty"]>[1]) => map.getPaintProperty(layer, property),
      /** All layers of the map, the lowest first. */
      order: () => map.getLayersOrder(),
      view: () => ({ center: map.getCenter().toArray(), zoom: map.getZoom() }),
    }),
  });
}

function made(container: HTMLElement, city: City, room: Room, calm: boolean): MapLibre {
  const style = emptyMap(state.language.peek());
  keepThemed(style.layers);
  const map = new MapLibre({
    container,
    style: themed(style, state.isDark.peek()),
    bounds: cityBox(city),
    fitBoundsOptions: { padding: { ...room } },
    attributionControl: false,
    hash: "map",
    maxPitch: 0,
    dragRotate: false,
    fadeDuration: calm ? 0 : 200,
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map.addControl(new ScaleControl({ maxWidth: state.isPhone.peek() ? 64 : 110, unit: "metric" }), "bottom-left");
  map.on("zoom", () => { state.zoom.value = map.getZoom(); });
  const see = (): void => {
    const bounds = map.getBounds();
    state.seen.value = [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
  };
  map.on("moveend", see);
  see();
  state.zoom.value = map.getZoom();
  return map;
}

/** What could not be drawn is marked by the id of its source, and asked for again by it. */
function reloadGround(map: MapLibre): void {
  const units = unitSource(state.vintage.peek()?.layer ?? "");
  if (state.broken.peek().has(units)) {
    state.mark(units, false);
    askAgain(map, units);
  }
  if (state.broken.peek().has(GROUND)) void addBase(map);
}

export async function startMap(container: HTMLElement, city: City): Promise<MapHandle> {
  await Promise.all([lettersReady(), layersSettled()]);
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const isChosen = window.location.hash.includes("map=");
  const room = roomIn(container);
  const map = made(container, city, room, calm);
  await new Promise<void>((done) => void map.once("load", () => done()));
  map.addImage(DOT_IMAGE, { width: DOT_PX, height: DOT_PX, data: new Uint8Array(DOT_PX * DOT_PX * 4) });
  // The answer does not wait for the ground it lies on.
  void addBase(map);
  followUnits(map, city);
  followBackground(map, city);
  followAnswer(map);
  followTrying(map);
  const overlays = followLayers(map, city);
  followLanguage(map);
  followBaseNames(map);
  followTheme(map);
  followPointer(map, city, overlays);
  followSelection(map);
  publish(map, overlays);
  lent.value = map;
  return {
    ...viewOf(map, city, room, isChosen, calm),
    reload: (layer) => {
      state.mark(layer, false);
      overlays.again(layer);
    },
    reloadGround: () => reloadGround(map),
  };
}
