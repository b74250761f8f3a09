/** How layers that are switched on lie upon each other, and how dense each is drawn. */

import { KIND_ORDER, type Layer } from "./layers";

/** Layers as they lie, the top one first: as the reader has put them, others above the first that they belong above. */
export function stacked(layers: readonly Layer[], order: readonly string[]): readonly Layer[] {
  const placed = order.flatMap((id) => layers.find((layer) => layer.id === id) ?? []);
  for (const layer of layers) {
    if (placed.includes(layer)) continue;
    const at = placed.findIndex((other) => KIND_ORDER[other.look.kind] <= KIND_ORDER[layer.look.kind]);
    placed.splice(at < 0 ? placed.length : at, 0, layer);
  }
  return placed;
}

/** The same ids with one of them at another place, counted from the top; beyond the ends it stays at the end. */
export function moved(ids: readonly string[], id: string, to: number): readonly string[] {
  const rest = ids.filter((one) => one !== id);
  return rest.toSpliced(Math.max(0, Math.min(rest.length, to)), 0, id);
}

const PARTS = 100;

/** "roads*60,rivers*30": ids with the percentage that they are drawn with, those that the city has. */
export function opacitiesIn(text: string | null, known: (id: string) => boolean): ReadonlyMap<string, number> {
  return new Map((text ?? "").split(",").flatMap((part) => {
    const [, id, percent] = /^([a-z][a-z0-9_]*)\*(\d{1,2})$/.exec(part) ?? [];
    return id !== undefined && known(id) ? [[id, Number(percent) / PARTS] as const] : [];
  }));
}

export function opacitiesText(opacities: ReadonlyMap<string, number>, shown: ReadonlySet<string>): string {
  return [...opacities].filter(([id, opacity]) => shown.has(id) && opacity < 1).toSorted()
    .map(([id, opacity]) => `${id}*${Math.round(opacity * PARTS)}`).join(",");
}
