/** The base map: the service's own tiles in the style that is defined beside them. */

import { effect } from "@preact/signals";
import type { LayerSpecification, Map as MapLibre, StyleSpecification } from "maplibre-gl";

import { read } from "../api";
import { BACKGROUND, GROUND } from "../layers";
import { seaName } from "../places";
import * as state from "../state";
import { slot } from "../style";
import { hasDistricts } from "../when";
import { addThemed } from "./theme";
import { askAgain } from "./again";

const BASE = "base";
/** The layer of the base map that names seas and lakes (tiles/base/style.json). */
const WATER_NAMES = "water-name";
/** Its layer that names districts. */
const DISTRICT_NAMES = "district-name";
/** A style layer with this mark and all that follow lie above the coloured units. */
const UNITS_BELOW = "gis:units-below";

interface Listed {
  readonly tilesets: readonly { readonly links: readonly { readonly rel: string; readonly href: string }[] }[];
}

/** A city without roads or rivers has no base map; its layers and answers are drawn all the same. */
async function isServed(): Promise<boolean> {
  const list = await read<Listed>("/tiles?f=json", state.language.peek());
  return list.tilesets.some(({ links }) => links.some(({ href }) => href.includes(`/tiles/${BASE}/`)));
}

function marks(layer: LayerSpecification): boolean {
  return (layer.metadata as Record<string, unknown> | undefined)?.[UNITS_BELOW] === true;
}

async function add(map: MapLibre): Promise<void> {
  if (!(await isServed())) return;
  const style = await read<StyleSpecification>(`/tiles/${BASE}/WebMercatorQuad?f=style`, state.language.peek());
  for (const [id, source] of Object.entries(style.sources)) if (!map.getSource(id)) map.addSource(id, source);
  let isAbove = false;
  for (const layer of style.layers) {
    isAbove ||= marks(layer);
    const below = layer.type === "symbol" ? slot("unit-names") : slot(isAbove ? "overlays" : "units");
    if (!map.getLayer(layer.id)) addThemed(map, layer, below);
  }
  nameSeas(map);
  nameDistricts(map);
}

/** Mark the base map, or the units, whose tiles could not be drawn; other sources are none of the ground. */
export function markGround(source: string): void {
  if (source === BASE) state.mark(GROUND, true);
  else if (source.startsWith("units:")) state.mark(source, true);
  else if (source.startsWith(`${BACKGROUND}:`)) state.mark(BACKGROUND, true);
}

/** Put the base map under the answer and its names above it; without one the ground stays plain. */
export async function addBase(map: MapLibre): Promise<void> {
  state.mark(GROUND, false);
  if (map.getSource(BASE)) askAgain(map, BASE);
  await add(map).catch(() => state.mark(GROUND, true));
}

/** A sea that has a name in the reader's language carries it; any other water has the name of the data. */
function nameSeas(map: MapLibre): void {
  if (map.getLayer(WATER_NAMES)) map.setLayoutProperty(WATER_NAMES, "text-field", seaName(state.language.peek()));
}

/** Districts are named on the days on which they hold. */
function nameDistricts(map: MapLibre): void {
  const city = state.city.peek();
  if (!city || !map.getLayer(DISTRICT_NAMES)) return;
  const isOn = hasDistricts(state.day.peek() ?? state.today, city);
  map.setLayoutProperty(DISTRICT_NAMES, "visibility", isOn ? "visible" : "none");
}

/** Keep the names of the base map in the reader's language, and of the day that is chosen. */
export function followBaseNames(map: MapLibre): void {
  effect(() => {
    void state.language.value;
    nameSeas(map);
  });
  effect(() => {
    void state.day.value;
    nameDistricts(map);
  });
}
