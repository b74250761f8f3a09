/** Colours and type of the house, and the empty map whose places the layers are put into. The same tokens stand in look/tokens.css. */

import type { BackgroundLayerSpecification, StyleSpecification } from "maplibre-gl";

import type { Language } from "./language";
import { archipelagos } from "./places";

export const COLOURS = {
  ink: "#14232b",
  muted: "#5a6b73",
  paper: "#ffffff",
  rail: "#0d3742",
  brand: "#0b5c6b",
  outside: "#c8450f",
  gained: "#0f6fb5",
  ferry: "#7c5cbf",
  access: "#9fb3b9",
  water: "#a9cfe0",
  waterName: "#2f6f8f",
  land: "#dfeaec",
} as const;

/**
 * Family of labels on the map, which MapLibre asks of the page's own style sheet (no glyph server). It guesses the
 * weight from the name, so the half-bold of the base map (tiles/base/style.json) is a family of its own there.
 */
export const FONT = ["Be Vietnam Pro"];

/** Colours of the quiet parts of the map on a dark screen, by those on a light one; anything else stays as it is. */
const DARK: Readonly<Record<string, string>> = {
  "#dfeaec": "#0e1a1f", "#c6dfe9": "#12303d", "#a9cfe0": "#1f4d61", "#ffffff": "#14232a", "#d3d9d3": "#26343a", "#cfe0d0": "#1d3329",
  "#d2e6ea": "#173038", "#c3ced2": "#33464e", "#fff6dc": "#6a6140", "#2f6f8f": "#8cc4dd", "#e3f0f5": "#10222b", "#3d5158": "#b8c9cf",
  "#5a6b73": "#a9bcc3", "#14232b": "#e6eff1", "#f6f3ee": "#2a2f31", "#f1f5f4": "#18282e", "#c9d5d8": "#33464e", "#5f43a0": "#b9a3ea",
  // Surfaces and edges of layers (legend.ts); dots and lines are bright enough for either theme.
  "#f6faf8": "#18282e", "#b5cacd": "#4a626b", "#d5dedd": "#2c3b41", "#ecdcc0": "#4a3f28", "#cfe0c8": "#2b4028", "#cfe3d6": "#26413a",
  "#e6e3cf": "#3d3a2a", "#c3d8ee": "#24435f", "#9dbfe0": "#4a7fb0",
};

/** A colour, or whatever holds colours, as the reader's screen wants it. */
export function themed<T>(value: T, isDark: boolean): T {
  if (!isDark) return value;
  if (typeof value === "string") return (DARK[value.toLowerCase()] ?? value) as T;
  if (Array.isArray(value)) return value.map((one: unknown) => themed(one, true)) as T;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, themed<unknown>(one, true)])) as T;
}

/** Parts of a journey, on the map as in the card (look/tokens.css), each told from paper and from the ramp under it. */
export const WAY = {
  light: { road: "#0b7a83", access: "#9fb3b9", ferry: "#7c5cbf", turnout: "#5a6b73" },
  dark: { road: "#3fa6ad", access: "#8fa5ac", ferry: "#a48ae0", turnout: "#6f858e" },
} as const;

export const PLACES_SOURCE = "places";

/** Invisible layers between which everything is put, lowest first. */
const SLOTS = ["units", "lines", "overlays", "marks", "names", "unit-names"] as const;
type Slot = (typeof SLOTS)[number];

/** Id of the layer that something has to be put before, to lie in this slot. */
export function slot(name: Slot): string {
  return `slot-${name}`;
}

function slotLayer(name: Slot): BackgroundLayerSpecification {
  return { id: slot(name), type: "background", layout: { visibility: "none" } };
}

/** In the colours of a light screen. */
export function emptyMap(language: Language): StyleSpecification {
  return {
    version: 8,
    sources: { [PLACES_SOURCE]: { type: "geojson", data: archipelagos(language) } },
    layers: [
      { id: "land", type: "background", paint: { "background-color": COLOURS.land } },
      ...SLOTS.map(slotLayer),
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
