/** The map itself: MapLibre with our own worker, fonts and background, following the page's state. */

import { effect } from "@preact/signals";
import { Map as MapLibre, ScaleControl, setWorkerUrl, type MapMouseEvent } from "maplibre-gl";
// The worker is a file of its own, because the page's policy allows no blob: worker; MapLibre 6 works
// out its address at run time, which a bundler cannot follow.
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";

import { paintAnswer } from "./coverage";
import { word } from "./language";
import { boxAround, DOT_IMAGE, drawable, keepClear, mapLayersOf, namesOf, sourceId, tilesUrl, type Layer } from "./layers";
import type { City } from "./page";
import { areaNamesOf, followAreas, namesSource } from "./names";
import { archipelagos } from "./places";
import { followSelection } from "./selection";
import * as state from "./state";
import { basemap, PLACES_SOURCE } from "./style";

setWorkerUrl(workerUrl);

/** Pixels around a click or a touch in which a feature still counts as hit. */
const REACH_PX = 6;
const TILES_END_AT_ZOOM = 16;
const DOT_PX = 10;

/** Vietnamese letters lie in a second font file, which MapLibre's own check (a space) never asks for. */
async function lettersReady(): Promise<void> {
  const sample = "AaĂăÂâĐđÊêÔôƠơƯưẠạẾếỰựỸỹ";
  const faces = ["400 14px 'Be Vietnam Pro'", "600 14px 'Be Vietnam Pro Semibold'"];
  await Promise.all(faces.map((face) => document.fonts.load(face, sample)));
}

function isPhone(): boolean {
  return window.matchMedia("(max-width: 820px)").matches;
}

/** Room for the names at the rim, the buttons, the legend, and the sheet at the foot of a phone's screen. */
function padding(): { top: number; right: number; bottom: number; left: number } {
  if (isPhone()) return { top: 76, right: 72, bottom: Math.round(window.innerHeight * 0.48) + 44, left: 44 };
  const legend = document.querySelector<HTMLElement>(".on-map .legend")?.offsetHeight ?? 0;
  return { top: 48, right: 96, bottom: Math.max(64, legend + 64), left: 64 };
}

function addLayer(map: MapLibre, layer: Layer): void {
  map.addSource(sourceId(layer.id), {
    type: "vector",
    tiles: [tilesUrl(layer.id)],
    maxzoom: TILES_END_AT_ZOOM,
    ...(layer.bbox ? { bounds: [...layer.bbox] } : {}),
  });
  for (const one of mapLayersOf(layer)) map.addLayer(one, PLACES_SOURCE);
}

function addAreaNames(map: MapLibre, layer: Layer): void {
  map.addSource(namesSource(layer.id), { type: "geojson", data: { type: "FeatureCollection", features: [] } });
  map.addLayer(areaNamesOf(layer));
  followAreas(map, layer);
}

function addMissing(map: MapLibre, layers: readonly Layer[]): void {
  const missing = drawable(layers).filter((layer) => !map.getSource(sourceId(layer.id)));
  for (const layer of missing) addLayer(map, layer);
  // Names last: they lie above every surface, line and point.
  for (const layer of missing) {
    const names = namesOf(layer);
    if (names) map.addLayer(names);
    if (names && (layer.look.kind === "area" || layer.look.kind === "mixed")) addAreaNames(map, layer);
  }
  for (const layer of missing) map.addLayer(keepClear(layer));
}

function followLayers(map: MapLibre): void {
  effect(() => {
    const on = state.shown.value;
    addMissing(map, state.readyLayers.value);
    for (const one of map.getStyle().layers) {
      const [layer] = one.id.split(":");
      if (!("source" in one) || layer === "selected" || one.source === PLACES_SOURCE) continue;
      map.setLayoutProperty(one.id, "visibility", on.has(layer ?? "") ? "visible" : "none");
    }
  });
}

function followAnswer(map: MapLibre, city: City): void {
  effect(() => {
    const answer = state.answerOnMap.value;
    const key = city.keys[answer?.study.inputs.zones?.layer ?? ""];
    if (answer && key) paintAnswer(map, answer, key);
  });
}

function followLanguage(map: MapLibre): void {
  effect(() => {
    const language = state.language.value;
    map.getCanvas().setAttribute("aria-label", word("mapOf", language));
    map.getSource<import("maplibre-gl").GeoJSONSource>(PLACES_SOURCE)?.setData(archipelagos(language));
  });
}

/** Ids of the map layers that answer to a pointer. */
function touchable(map: MapLibre): string[] {
  return map.getStyle().layers.map((layer) => layer.id).filter((id) => /:(area|line|point|name)$/.test(id));
}

function hit(map: MapLibre, event: MapMouseEvent): state.Selection | null {
  const { x, y } = event.point;
  const around: [[number, number], [number, number]] = [[x - REACH_PX, y - REACH_PX], [x + REACH_PX, y + REACH_PX]];
  const found = map.queryRenderedFeatures(around, { layers: touchable(map) })[0];
  const fid = Number(found?.id ?? Number.NaN);
  if (!found?.sourceLayer || !Number.isFinite(fid)) return null;
  const at = found.geometry.type === "Point" ? found.geometry.coordinates : event.lngLat.toArray();
  return { layer: found.sourceLayer, fid, at: [at[0] ?? 0, at[1] ?? 0] };
}

function followPointer(map: MapLibre): void {
  map.on("click", (event) => {
    state.selection.value = hit(map, event);
  });
  map.on("mousemove", (event) => {
    map.getCanvas().style.cursor = hit(map, event) ? "pointer" : "";
  });
  map.on("error", (event) => {
    const source = "sourceId" in event ? String(event.sourceId) : "";
    if (source.startsWith("layer:")) state.mark(source.slice("layer:".length), true);
  });
}

export interface MapHandle {
  readonly zoom: (steps: 1 | -1) => void;
  readonly showAll: () => void;
  readonly reload: (layer: string) => void;
}

function boxOf(city: City): [number, number, number, number] {
  const [west, south, east, north] = boxAround(state.shownLayers.value) ?? city.bbox;
  return [west, south, east, north];
}

/** What scripts, tests and browser extensions may ask of the map; it changes nothing. */
function publish(map: MapLibre): void {
  Object.defineProperty(window, "gisMap", {
    value: Object.freeze({
      isIdle: () => map.loaded() && map.areTilesLoaded(),
      rendered: (layer: string) =>
        map.queryRenderedFeatures({ layers: touchable(map).filter((id) => id.startsWith(`${layer}:`)) }).length,
      places: () => map.queryRenderedFeatures({ layers: [PLACES_SOURCE] }).map((place) => place.properties),
      pixel: (lon: number, lat: number) => map.project([lon, lat]),
      view: () => ({ center: map.getCenter().toArray(), zoom: map.getZoom() }),
    }),
  });
}

export async function startMap(container: HTMLElement, city: City): Promise<MapHandle> {
  await lettersReady();
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const map = new MapLibre({
    container,
    style: basemap(state.language.value),
    bounds: boxOf(city),
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
  await new Promise<void>((done) => void map.once("load", () => done()));
  map.addImage(DOT_IMAGE, { width: DOT_PX, height: DOT_PX, data: new Uint8Array(DOT_PX * DOT_PX * 4) });
  followLayers(map);
  followAnswer(map, city);
  followLanguage(map);
  followPointer(map);
  followSelection(map);
  publish(map);
  return {
    zoom: (steps) => void (steps > 0 ? map.zoomIn() : map.zoomOut()),
    showAll: () => void map.fitBounds(boxOf(city), { padding: padding(), animate: !calm }),
    reload: (layer) => {
      state.mark(layer, false);
      map.refreshTiles(sourceId(layer));
    },
  };
}
