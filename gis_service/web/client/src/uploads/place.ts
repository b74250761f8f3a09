/** Where on a small map something lies: pixels and degrees, both ways. */

export interface Edges { west: number; south: number; east: number; north: number }
export interface Size { width: number; height: number }

/** Longitude and latitude of a point of a picture, as exact as a click is. */
export function degreesAt(x: number, y: number, size: Size, edges: Edges): [number, number] {
  const lon = edges.west + (x / size.width) * (edges.east - edges.west);
  const lat = edges.north - (y / size.height) * (edges.north - edges.south);
  return [Math.round(lon * 1e5) / 1e5, Math.round(lat * 1e5) / 1e5];
}

/** The point of a picture at which a place lies. */
export function pointAt(lon: number, lat: number, size: Size, edges: Edges): [number, number] {
  return [((lon - edges.west) / (edges.east - edges.west)) * size.width, ((edges.north - lat) / (edges.north - edges.south)) * size.height];
}

export function edgesOf(map: SVGSVGElement): Edges {
  const { west, south, east, north } = map.dataset;
  return { west: Number(west), south: Number(south), east: Number(east), north: Number(north) };
}
