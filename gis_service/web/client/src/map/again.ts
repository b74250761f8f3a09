/** Asking again for the tiles of a source, also for those that failed. */

import { MercatorCoordinate, type Map as MapLibre } from "maplibre-gl";

interface Box {
  readonly west: number;
  readonly south: number;
  readonly east: number;
  readonly north: number;
}

/** Tiles of every zoom up to one that meet a box. */
export function tilesOf({ west, south, east, north }: Box, lastZoom: number): { x: number; y: number; z: number }[] {
  const [first, last] = [MercatorCoordinate.fromLngLat([west, north]), MercatorCoordinate.fromLngLat([east, south])];
  const found: { x: number; y: number; z: number }[] = [];
  for (let z = 0; z <= lastZoom; z += 1) {
    const at = (part: number): number => Math.min(2 ** z - 1, Math.max(0, Math.floor(part * 2 ** z)));
    for (let x = at(first.x); x <= at(last.x); x += 1) {
      for (let y = at(first.y); y <= at(last.y); y += 1) found.push({ x, y, z });
    }
  }
  return found;
}

/** Asked for by name: MapLibre, told to refresh a whole source, waits for ever for tiles that have failed. */
export function askAgain(map: MapLibre, source: string): void {
  const bounds = map.getBounds();
  const box = { west: bounds.getWest(), south: bounds.getSouth(), east: bounds.getEast(), north: bounds.getNorth() };
  map.refreshTiles(source, tilesOf(box, Math.floor(map.getZoom()) + 1));
}
