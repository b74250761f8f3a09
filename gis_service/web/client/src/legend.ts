/** What each layer looks like, on the map and in the list beside it: one table, so that the two never differ. */

import { COLOURS } from "./style";

type Kind = "area" | "line" | "point" | "mixed" | "raster" | "none";

export interface Look {
  readonly kind: Kind;
  readonly colour: string;
  readonly fill: string;
  readonly fillOpacity: number;
  readonly edge: string;
  readonly width: number;
  readonly radius: number;
  readonly hollow: boolean;
  readonly named: boolean;
  readonly nameZoom: number;
}

export function kindOf(geometry: string): Kind {
  if (geometry === "None") return "none";
  if (geometry === "Raster") return "raster";
  if (geometry === "Geometry") return "mixed";
  if (geometry.endsWith("LineString")) return "line";
  return geometry.endsWith("Point") ? "point" : "area";
}

const PLAIN: Omit<Look, "kind"> = {
  colour: COLOURS.muted,
  fill: "#d5dedd",
  fillOpacity: 0.6,
  edge: COLOURS.paper,
  width: 1.6,
  radius: 5,
  hollow: false,
  named: true,
  nameZoom: 13,
};

type Part = Partial<Omit<Look, "kind">>;

/** One hue per sector; none of them is the vermilion of people outside, and red never stands against green. */
const OF_CATEGORY: Readonly<Record<string, Part>> = {
  boundaries: { colour: "#7fc0bd", fill: "#f6faf8", fillOpacity: 0.9, edge: "#b5cacd", radius: 8, hollow: true, nameZoom: 8.5 },
  administration: { colour: COLOURS.rail, radius: 5.5 },
  education: { colour: COLOURS.gained },
  health: { colour: "#a23b72" },
  commerce: { colour: "#8a5a00", fill: "#ecdcc0" },
  culture: { colour: "#5b7f52", fill: "#cfe0c8" },
  safety: { colour: "#6a4c93" },
  transport: { colour: COLOURS.access, radius: 3.5 },
  infrastructure: { colour: "#56708f", radius: 3, named: false },
  environment: { colour: "#6f9c86", fill: "#cfe3d6" },
  land_use: { colour: "#9a9478", fill: "#e6e3cf", radius: 3 },
  planning: { colour: COLOURS.brand, fill: "#bcdcd6" },
};

/** Layers of the service's own vocabulary whose meaning asks for more than the hue of their sector. */
const OF_LAYER: Readonly<Record<string, Part>> = {
  rivers: { colour: COLOURS.waterName, fill: COLOURS.water, fillOpacity: 1, edge: COLOURS.water },
  flood_area: { colour: COLOURS.gained, fill: "#c3d8ee", fillOpacity: 0.5, edge: "#9dbfe0" },
  ferries: { colour: COLOURS.ferry, width: 2 },
  roads: { colour: "#b3c2c6", width: 1.2, named: false },
  water_main: { colour: "#4a90b8" },
  sewer: { colour: "#8d7b68" },
  power_line: { colour: COLOURS.ferry },
  land_use: { named: false },
};

/** Outline of what no longer stands. */
export const CLOSED_COLOUR = "#8fa3aa";

/** Units that no longer stand are hollow and quiet. */
const FORMER: Part = { colour: CLOSED_COLOUR, radius: 3.5, hollow: true, nameZoom: 11.5 };

/** How a place that has closed is shown in legends. */
export function closedLook(look: Look): Look {
  return { ...look, ...FORMER };
}

export function lookOf(id: string, category: string, geometry: string, isFormer = false): Look {
  return {
    kind: kindOf(geometry),
    ...PLAIN,
    ...OF_CATEGORY[category],
    ...OF_LAYER[id],
    ...(isFormer ? FORMER : {}),
  };
}
