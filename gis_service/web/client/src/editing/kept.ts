/** Drafts that are not saved yet, on this machine: a connection or a page that ends takes nothing away. Only of what everybody may read. */

import type { Layer } from "../layers";
import type { Draft, Values } from "./draft";

interface Kept {
  readonly tag: string;
  readonly base: Values;
  readonly now: Values;
}

function keyOf(layer: Layer, fid: number): string {
  return `draft:${window.location.pathname}:${layer.id}/${fid}`;
}

export function keep(layer: Layer, fid: number, { tag, base, now }: Draft): void {
  if (!layer.isPublic) return;
  try {
    localStorage.setItem(keyOf(layer, fid), JSON.stringify({ tag, base, now }));
  } catch {
    // No room, or no leave to store: the draft lives as long as the page.
  }
}

export function forget(layer: Layer, fid: number): void {
  try {
    localStorage.removeItem(keyOf(layer, fid));
  } catch {
    // Nothing is stored where nothing may be.
  }
}

export function keptOf(layer: Layer, fid: number): Draft | null {
  try {
    const kept = JSON.parse(localStorage.getItem(keyOf(layer, fid)) ?? "null") as Kept | null;
    return kept === null ? null : { tag: kept.tag, base: kept.base, now: kept.now, past: [], future: [] };
  } catch {
    return null;
  }
}
