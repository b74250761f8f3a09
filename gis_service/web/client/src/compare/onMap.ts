/** Both sides on the map: units in the colour of their answer or of the difference, cells of a kept comparison, what was edited. */

import { effect } from "@preact/signals";
import type { ExpressionSpecification, LayerSpecification, Map as MapLibre, PropertyValueSpecification } from "maplibre-gl";

import type { Zone } from "../answer";
import { colourOf as changeColour } from "../changes";
import { unitSource } from "../layers";
import { fetchWays, featuresOfAll } from "../map/edits";
import { placesBeside } from "../map/marks";
import { coloursOf } from "../map/units";
import type { City } from "../page";
import * as state from "../state";
import { slot, themed } from "../style";
import * as trying from "../trying";
import { CELL_STEPS, SMALL } from "./cells";
import * as comparing from "./comparing";
import { readCells, type TileJson } from "./kept";
import { startSecond, UNITS, type Second } from "./second";
import { pointsOf, type Row } from "./sides";

const [AREA, POINT] = UNITS;
const CELLS = "compare:cells";
const PLAIN = "#f1f5f4";
const OLD = 0.55;
const UNDER_CELLS = 0.3;

type Colours = ExpressionSpecification | string;

/** Colour of each unit by how it differs; the others are plain ground. */
export function differenceColours(rows: readonly Row[], key: string): Colours {
  const pairs = rows.flatMap((row) => [row.id, changeColour(pointsOf(row))]);
  return pairs.length === 0 ? PLAIN : ["match", ["to-string", ["get", key]], ...pairs, PLAIN] as unknown as ExpressionSpecification;
}

/** Close to the ground the colour thins out, as that of the answer does; cells that lie on it are told apart from it. */
function opacity(isOld: boolean, hasCells: boolean): PropertyValueSpecification<number> {
  const full = (isOld ? OLD : 1) * (hasCells ? UNDER_CELLS : 1);
  return ["interpolate", ["linear"], ["zoom"], 11, full, 13.5, full / 2] as unknown as ExpressionSpecification;
}

function removed(map: MapLibre): void {
  for (const id of [AREA, POINT, CELLS]) if (map.getLayer(id)) map.removeLayer(id);
  if (map.getSource(CELLS)) map.removeSource(CELLS);
}

/** Colour the units anew; they are drawn from the tiles that the map has of them anyway. */
function paint(map: MapLibre, layer: string, colours: Colours, isOld: boolean, hasCells: boolean): void {
  const from = { source: unitSource(layer), "source-layer": layer };
  if (!map.getSource(from.source)) return;
  const there = map.getLayer(AREA);
  if (there && there.source !== from.source) for (const id of [AREA, POINT]) map.removeLayer(id);
  if (!map.getLayer(AREA)) {
    map.addLayer({ id: AREA, type: "fill", ...from, filter: ["==", ["geometry-type"], "Polygon"] }, slot("lines"));
    map.addLayer({ id: POINT, type: "circle", ...from, filter: ["==", ["geometry-type"], "Point"], paint: { "circle-radius": 15 } }, slot("overlays"));
  }
  map.setPaintProperty(AREA, "fill-color", colours);
  map.setPaintProperty(AREA, "fill-opacity", opacity(isOld, hasCells));
  map.setPaintProperty(POINT, "circle-color", colours);
}

/** Squares by how many people they gain or lose; where that may not be told they are grey. */
function cellLayer(): LayerSpecification {
  const net: ExpressionSpecification = ["coalesce", ["get", "net"], 0];
  const [lowest, ...others] = CELL_STEPS;
  const steps = ["step", net, lowest.colour, ...others.flatMap(({ from, colour }) => [from, colour])] as unknown as ExpressionSpecification;
  const colour: ExpressionSpecification = ["case", ["==", ["get", "small"], true], SMALL, steps];
  return { id: CELLS, type: "fill", source: CELLS, "source-layer": "changes", paint: { "fill-color": colour, "fill-opacity": 0.9,
    // From afar an edge would leave nothing of a square.
    "fill-outline-color": ["step", ["zoom"], "rgba(255, 255, 255, 0)", 12, "#ffffff"] } };
}

function showCells(map: MapLibre, tiles: TileJson | null): void {
  if (map.getLayer(CELLS)) map.removeLayer(CELLS);
  if (map.getSource(CELLS)) map.removeSource(CELLS);
  if (tiles === null) return;
  map.addSource(CELLS, { type: "vector", tiles: [...tiles.tiles], minzoom: tiles.minzoom, maxzoom: tiles.maxzoom });
  map.addLayer(cellLayer(), slot("overlays"));
}

/** Fetch the cells of the kept comparison, and show them while the difference is what is shown. */
function followCells(map: MapLibre): () => void {
  let under = new AbortController();
  let shown = "";
  return effect(() => {
    const { study, way } = comparing.asks.value;
    const now = study !== null && way === "change" ? study : "";
    if (now === shown) return;
    shown = now;
    under.abort();
    under = new AbortController();
    showCells(map, null);
    if (now === "") return;
    const { signal } = under;
    readCells(now, state.language.peek(), signal)
      .then((tiles) => { if (!signal.aborted) showCells(map, tiles); })
      // The units tell the difference without them.
      .catch(() => undefined);
  });
}

/** What the units of one map are coloured by. */
function coloursNow(zones: readonly Zone[] | null, key: string): Colours {
  const isChange = comparing.asks.value.way === "change";
  return themed(isChange || zones === null ? differenceColours(comparing.rows.value ?? [], key) : coloursOf(zones, key), state.isDark.value);
}

/** The column that tells the units apart. */
function keyNow(city: City): string {
  return city.keys[state.vintage.peek()?.layer ?? ""] ?? "";
}

/** Show both sides on the map, with a second one beside or under the first; gives what ends it. */
export function followSides(map: MapLibre, city: City): () => void {
  let second: Second | null = null;
  const paintBoth = effect(() => {
    const pair = comparing.pairReady();
    const isTwo = comparing.asks.value.way !== "change" && pair !== null;
    const layer = state.vintage.value?.layer ?? "";
    const key = keyNow(city);
    const isOld = comparing.isOld.value;
    trying.lentEdits.value = (isTwo ? pair.before : pair?.after)?.edits ?? [];
    paint(map, layer, coloursNow(pair?.before.zones ?? null, key), isOld, !isTwo && comparing.asks.value.study !== null);
    document.body.dataset["compare"] = comparing.asks.value.way;
    if (!isTwo) {
      second?.remove();
      second = null;
      return;
    }
    second ??= startSecond(map, (properties) => state.choose({ unit: String(properties[keyNow(city)]) }));
    const edits = pair.after.edits;
    const colours = coloursNow(pair.after.zones, key);
    const show = (): void => second?.show({ edits: featuresOfAll(edits), facilities: placesBeside(edits) },
      { [AREA]: { "fill-color": colours }, [POINT]: { "circle-color": colours } });
    fetchWays(edits, show);
    show();
  });
  const stopCells = followCells(map);
  return () => {
    paintBoth();
    stopCells();
    second?.remove();
    removed(map);
    trying.lentEdits.value = null;
    delete document.body.dataset["compare"];
  };
}
