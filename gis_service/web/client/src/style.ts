/** Colours and type of the house, and the quiet map that the layers lie on. The same tokens stand in look/tokens.css. */

import type { StyleSpecification } from "maplibre-gl";

import type { Language } from "./language";
import { archipelagos } from "./places";

export const COLOURS = {
  ink: "#14232b",
  muted: "#5a6b73",
  line: "#dfe6e8",
  paper: "#ffffff",
  wash: "#f4f7f7",
  rail: "#0d3742",
  brand: "#0b5c6b",
  road: "#0b7a83",
  outside: "#c8450f",
  gained: "#0f6fb5",
  ferry: "#7c5cbf",
  access: "#9fb3b9",
  water: "#a9cfe0",
  waterName: "#3f86a8",
  land: "#dfeaec",
} as const;

/**
 * Families of labels on the map. MapLibre guesses the weight from the name and asks the page's own
 * style sheet for the face (no glyph server), so the half-bold is a family of its own there.
 */
export const FONT = ["Be Vietnam Pro"];
export const FONT_STRONG = ["Be Vietnam Pro Semibold"];

export const PLACES_SOURCE = "places";

export function basemap(language: Language): StyleSpecification {
  return {
    version: 8,
    sources: { [PLACES_SOURCE]: { type: "geojson", data: archipelagos(language) } },
    layers: [
      { id: "land", type: "background", paint: { "background-color": COLOURS.land } },
      {
        id: PLACES_SOURCE,
        type: "symbol",
        source: PLACES_SOURCE,
        layout: {
          "text-field": ["get", "label"],
          "text-font": FONT,
          "text-size": 12,
          "text-max-width": 20,
          // These two names are never thinned out.
          "text-allow-overlap": true,
          "text-ignore-placement": false,
        },
        paint: { "text-color": COLOURS.waterName, "text-halo-color": COLOURS.paper, "text-halo-width": 1.5 },
      },
    ],
  };
}
