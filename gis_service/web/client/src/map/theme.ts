/** Light and dark: layers are written in the colours of a light screen, and follow the reader's screen while the page is open. */

import { effect } from "@preact/signals";
import type { AddLayerObject, ExpressionSpecification, Map as MapLibre } from "maplibre-gl";

import * as state from "../state";
import { COLOURS, themed, WAY } from "../style";

/** Layers that stand on the map with the colours they were written in; those that an answer colours are not among them. */
const written = new Map<string, AddLayerObject>();

/** Add a layer in the colours of the reader's screen, and keep it in them. */
export function addThemed(map: MapLibre, layer: AddLayerObject, before?: string): void {
  written.set(layer.id, layer);
  map.addLayer(themed(layer, state.isDark.peek()), before);
}

/** The same for layers that came with the map's first style. */
export function keepThemed(layers: readonly AddLayerObject[]): void {
  for (const layer of layers) written.set(layer.id, layer);
}

/** The way to a place has colours of its own on a dark screen. */
function routeColours(isDark: boolean): Readonly<Record<string, ExpressionSpecification | string>> {
  const { road, access, ferry } = isDark ? WAY.dark : WAY.light;
  const colour: ExpressionSpecification = ["match", ["get", "part"], "ferry", ferry, "access", access, road];
  return { "route:edge": themed(COLOURS.paper, isDark), "route:line": colour, "route:access": colour };
}

function isColour(property: string): property is "line-color" {
  return property.endsWith("-color");
}

function paint(map: MapLibre, layer: AddLayerObject, isDark: boolean): void {
  if (!map.getLayer(layer.id) || !("paint" in layer)) return;
  for (const [name, value] of Object.entries(layer.paint ?? {})) {
    if (isColour(name)) map.setPaintProperty(layer.id, name, themed(value, isDark) as string);
  }
}

export function followTheme(map: MapLibre): void {
  effect(() => {
    const isDark = state.isDark.value;
    for (const layer of written.values()) paint(map, layer, isDark);
    for (const [id, colour] of Object.entries(routeColours(isDark))) map.setPaintProperty(id, "line-color", colour);
  });
}
