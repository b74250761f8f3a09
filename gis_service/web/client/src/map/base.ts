/** The base map: the service's own tiles in the style that is defined beside them. */

import type { LayerSpecification, Map as MapLibre, StyleSpecification } from "maplibre-gl";

import { read } from "../api";
import * as state from "../state";
import { slot, themed } from "../style";

const TILESET = "base";
/** A style layer with this mark and all that follow lie above the coloured units. */
const UNITS_BELOW = "gis:units-below";

interface Listed {
  readonly tilesets: readonly { readonly links: readonly { readonly rel: string; readonly href: string }[] }[];
}

/** A city without roads or rivers has no base map; its layers and answers are drawn all the same. */
async function isServed(): Promise<boolean> {
  const list = await read<Listed>("/tiles?f=json", state.language.peek());
  return list.tilesets.some(({ links }) => links.some(({ href }) => href.includes(`/tiles/${TILESET}/`)));
}

function marks(layer: LayerSpecification): boolean {
  return (layer.metadata as Record<string, unknown> | undefined)?.[UNITS_BELOW] === true;
}

/** Put the base map under the answer and its names above it; without one the ground stays plain. */
export async function addBase(map: MapLibre): Promise<void> {
  if (!(await isServed())) return;
  const style = await read<StyleSpecification>(`/tiles/${TILESET}/WebMercatorQuad?f=style`, state.language.peek());
  for (const [id, source] of Object.entries(style.sources)) map.addSource(id, source);
  const isDark = state.isDark.peek();
  let isAbove = false;
  for (const layer of style.layers) {
    isAbove ||= marks(layer);
    const below = layer.type === "symbol" ? slot("unit-names") : slot(isAbove ? "overlays" : "units");
    map.addLayer(themed(layer, isDark), below);
  }
}
