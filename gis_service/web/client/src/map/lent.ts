/** What the map lends to parts of the page that are fetched when they are first opened, and what they lend to it. */

import { signal } from "@preact/signals";
import type { Map as MapLibre, Point } from "maplibre-gl";
import type { ComponentType } from "preact";

import type { Zone } from "../answer";
import type { Vintage } from "../page";
import type { ZoneChange } from "../whatIf";

/** A pointer, a finger or, by keyboard, the middle of the map. */
export interface Press {
  readonly point: Point;
  readonly lngLat: { readonly lng: number; readonly lat: number };
}

/** The map; null before it is there. */
export const lent = signal<MapLibre | null>(null);
/** Takes a press on the map while such a part is open; false for one that it has no use for. */
export const takesPress = signal<((press: Press) => boolean) | null>(null);
/** What such a part says of how the units change; null while it says nothing of it. */
export const changed = signal<readonly ZoneChange[] | null>(null);
/** Rows that such a part adds to the legend. */
export const legendRows = signal<ComponentType | null>(null);

/** Units that such a part has figures of: drawn in the colours of these while it is open. */
export interface LentUnits {
  readonly vintage: Vintage;
  readonly zones: readonly Zone[];
  readonly isOld: boolean;
}

export const lentUnits = signal<LentUnits | null>(null);
/** What such a part says of its colours and marks, first in the legend. */
export const lentLegend = signal<ComponentType | null>(null);
