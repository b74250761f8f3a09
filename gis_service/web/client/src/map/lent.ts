/** The map, lent to parts of the page that are fetched when they are first opened; null before it is there. */

import { signal } from "@preact/signals";
import type { Map as MapLibre } from "maplibre-gl";

export const lent = signal<MapLibre | null>(null);
