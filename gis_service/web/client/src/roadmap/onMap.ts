/** The roadmap on the map: projects by shape and colour, and units in the colour of their coverage at the stop. */

import { batch, effect, signal } from "@preact/signals";
import type { Feature, FeatureCollection } from "geojson";
import type { AddLayerObject, GeoJSONSource, Map as MapLibre } from "maplibre-gl";

import type { Zone } from "../answer";
import { unitSource } from "../layers";
import { lent, lentUnits, takesPress, type Press } from "../map/lent";
import { addThemed } from "../map/theme";
import type { City } from "../page";
import * as state from "../state";
import { COLOURS, FONT, slot } from "../style";
import type { Roadmap, UnitRow } from "./document";
import { imageId, imageOf, MARKS, PIXEL_RATIO } from "./marks";
import * as model from "./model";
import { readNewest, readPlaces, type Place } from "./places";
import { isShown, standingOf, STANDINGS, type Stop } from "./stops";

const EMPTY: FeatureCollection = { type: "FeatureCollection", features: [] };
const SOURCE = "roadmap";
const LOWEST = 5;
/** Pixels around a press in which a project still counts as hit. */
const REACH_PX = 8;
const PRESSED = ["roadmap:point", "roadmap:line", "roadmap:area"] as const;

/** Where projects lie; null while that is not known. */
export const places = signal<ReadonlyMap<string, Place> | null>(null);
export const placesFailure = signal<string | null>(null);
/** The version that the layer of the projects has now; null while that is not known. */
export const newest = signal<number | null>(null);

/** Projects that are seen at a stop: the shape of each, and a point for its mark. */
export function featuresOf(roadmap: Roadmap, stop: Stop, found: ReadonlyMap<string, Place>): FeatureCollection {
  const features = roadmap.projects.filter((project) => isShown(project, stop, roadmap)).flatMap((project): Feature[] => {
    const place = found.get(project.code);
    if (!place) return [];
    const properties = { code: project.code, name: project.name, rank: LOWEST + 1 - (project.priority ?? LOWEST),
      standing: standingOf(project, roadmap.parameters.day) };
    const mark: Feature = { type: "Feature", properties: { ...properties, mark: true }, geometry: { type: "Point", coordinates: [...place.at] } };
    return place.geometry.type === "Point" ? [mark] : [{ type: "Feature", properties, geometry: place.geometry }, mark];
  });
  return { type: "FeatureCollection", features };
}

/** Units as the map colours them. */
export function zonesAt(units: readonly UnitRow[], service: string, stop: Stop): readonly Zone[] {
  return units.map(({ id, name, services }) => {
    const row = services[service];
    const [total, covered, share] = [row?.total ?? null, row?.covered[stop.id] ?? null, row?.share[stop.id] ?? null];
    return { id, name, total, covered, uncovered: total === null || covered === null ? null : total - covered, share };
  });
}

function layers(): readonly AddLayerObject[] {
  const colour = ["match", ["get", "standing"], ...STANDINGS.flatMap((one) => [one, MARKS[one].stroke ?? MARKS[one].fill ?? COLOURS.muted]), COLOURS.muted];
  const isMark = ["==", ["get", "mark"], true];
  const size = ["interpolate", ["linear"], ["zoom"], 8, 0.62, 11, 0.9, 15, 1.25];
  return [
    { id: "roadmap:area", type: "fill", source: SOURCE, filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": colour, "fill-opacity": 0.25 } },
    { id: "roadmap:line", type: "line", source: SOURCE, filter: ["!=", ["geometry-type"], "Point"], layout: { "line-cap": "round", "line-join": "round" },
      paint: { "line-color": colour, "line-width": 3 } },
    { id: "roadmap:chosen", type: "circle", source: SOURCE, filter: ["==", ["get", "code"], "\u0000"],
      paint: { "circle-radius": 15, "circle-color": COLOURS.paper, "circle-opacity": 0.75, "circle-stroke-color": COLOURS.ink, "circle-stroke-width": 2.5 } },
    { id: "roadmap:point", type: "symbol", source: SOURCE, filter: isMark,
      layout: { "icon-image": ["concat", "roadmap-", ["get", "standing"]], "icon-size": size, "icon-allow-overlap": true, "icon-padding": 0,
        "symbol-sort-key": ["get", "rank"] } },
    { id: "roadmap:name", type: "symbol", source: SOURCE, filter: ["==", ["get", "code"], "\u0000"],
      layout: { "text-field": ["get", "name"], "text-font": FONT, "text-size": 12, "text-max-width": 16, "text-anchor": "top", "text-offset": [0, 1.4], "text-allow-overlap": true },
      paint: { "text-color": COLOURS.ink, "text-halo-color": COLOURS.paper, "text-halo-width": 2 } },
  ] as AddLayerObject[];
}

function add(map: MapLibre): void {
  if (map.getSource(SOURCE)) return;
  for (const standing of STANDINGS) {
    const image = imageOf(MARKS[standing]);
    if (image && !map.hasImage(imageId(standing))) map.addImage(imageId(standing), image, { pixelRatio: PIXEL_RATIO });
  }
  map.addSource(SOURCE, { type: "geojson", data: EMPTY });
  // Marks and the name of the chosen one lie above all other names, which give way to them.
  const onTop = new Set(["roadmap:point", "roadmap:name"]);
  for (const layer of layers()) addThemed(map, layer, onTop.has(layer.id) ? undefined : slot("unit-names"));
}

function set(map: MapLibre, data: FeatureCollection): void {
  map.getSource<GeoJSONSource>(SOURCE)?.setData(data);
}

/** A press chooses a project, else the unit under it; features of layers that somebody has switched on stay the map's own. */
function press(map: MapLibre, { point }: Press, city: City): boolean {
  const { x, y } = point;
  const found = map.queryRenderedFeatures([[x - REACH_PX, y - REACH_PX], [x + REACH_PX, y + REACH_PX]], { layers: [...PRESSED] })[0];
  if (found) {
    model.seek(String(found.properties["code"]));
    return true;
  }
  if (state.shown.peek().size > 0) return false;
  const layer = lentUnits.peek()?.vintage.layer ?? "";
  const parts = ["area", "point"].map((part) => `${unitSource(layer)}:${part}`).filter((id) => map.getLayer(id));
  const unit = parts.length === 0 ? undefined : map.queryRenderedFeatures(point, { layers: parts })[0];
  const key = city.keys[layer];
  batch(() => {
    model.change({ project: null });
    state.choose({ unit: unit && key ? String(unit.properties[key]) : null });
  });
  return true;
}

function followPress(map: MapLibre, city: City): () => void {
  takesPress.value = (one) => press(map, one, city);
  const enter = (): void => { map.getCanvas().style.cursor = "pointer"; };
  map.on("mousemove", "roadmap:point", enter);
  return () => {
    takesPress.value = null;
    map.off("mousemove", "roadmap:point", enter);
  };
}

/** The units that a roadmap is told by: those of the layer that it was computed with. */
function lend(city: City): void {
  const [roadmap, stop, service] = [model.roadmap.value, model.stop.value, model.service.value];
  const vintage = city.vintages.find(({ layer }) => layer === roadmap?.inputs["zones"]?.layer);
  lentUnits.value = roadmap === null || stop === null || service === null || !vintage ? null
    : { vintage, zones: zonesAt(roadmap.units, service, stop), isOld: model.isOld.value };
}

function followPlaces(): () => void {
  let end = new AbortController();
  return effect(() => {
    const roadmap = model.roadmap.value;
    end.abort();
    if (roadmap === null) return;
    end = new AbortController();
    const { signal: over } = end;
    newest.value = null;
    // Without it nothing is said of changes since.
    readNewest(roadmap, state.language.peek(), over).then((version) => { newest.value = version; }).catch(() => undefined);
    readPlaces(roadmap, state.language.peek(), over).then((found) => {
      placesFailure.value = null;
      places.value = found;
    }).catch((reason: unknown) => {
      if (!over.aborted) placesFailure.value = reason instanceof Error ? reason.message : String(reason);
    });
  });
}

function followChosen(map: MapLibre): () => void {
  return effect(() => {
    const code = model.project.value?.code ?? "\u0000";
    for (const id of ["roadmap:chosen", "roadmap:name"]) map.setFilter(id, ["all", ["==", ["get", "mark"], true], ["==", ["get", "code"], code]]);
  });
}

/** Draw the roadmap until the view is left. */
export function follow(city: City): () => void {
  const ends: (() => void)[] = [followPlaces(), effect(() => lend(city))];
  const whenThere = effect(() => {
    const map = lent.value;
    if (map === null) return;
    add(map);
    const inner = [
      effect(() => {
        const [roadmap, stop, found] = [model.roadmap.value, model.stop.value, places.value];
        set(map, roadmap && stop && found ? featuresOf(roadmap, stop, found) : EMPTY);
      }),
      followChosen(map),
      followPress(map, city),
    ];
    return () => {
      for (const over of inner) over();
      set(map, EMPTY);
    };
  });
  ends.push(whenThere);
  return () => {
    for (const over of ends) over();
    lentUnits.value = null;
  };
}
