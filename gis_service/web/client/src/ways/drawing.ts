/** A road while it is drawn: its vertices so far, and what lies under the pointer. */

import { computed, signal } from "@preact/signals";

import { MOST_VERTICES, withLink, type At } from "../edits";
import { rounded } from "../editsText";
import * as trying from "../trying";

/** A place on the map, and the road there: its name, empty for one without, null for no road. */
export interface Spot {
  readonly at: At;
  readonly road: string | null;
}

export const vertices = signal<readonly Spot[]>([]);
/** Where the next vertex would be; null while the pointer is not over the map. */
export const next = signal<Spot | null>(null);
export const canEnd = computed(() => vertices.value.length > 1);

/** A second press on the last vertex adds nothing: so a double click ends with one. */
export function withVertex(spots: readonly Spot[], spot: Spot): readonly Spot[] {
  const at = rounded(spot.at);
  const last = spots.at(-1)?.at;
  if (spots.length >= MOST_VERTICES || (last && last[0] === at[0] && last[1] === at[1])) return spots;
  return [...spots, { ...spot, at }];
}

export function put(spot: Spot): void {
  vertices.value = withVertex(vertices.peek(), spot);
}

export function takeBack(): void {
  vertices.value = vertices.peek().slice(0, -1);
}

/** Forget what is drawn; with nothing drawn, lay the pen down. */
export function giveUp(): void {
  if (vertices.peek().length === 0) trying.tool.value = null;
  vertices.value = [];
}

/** Build the road as it is drawn, and open its form. */
export function end(): void {
  if (!canEnd.peek()) return;
  const edits = withLink(trying.edits.peek(), vertices.peek().map(({ at }) => at));
  vertices.value = [];
  next.value = null;
  trying.tool.value = null;
  trying.change(edits);
  const built = edits.at(-1);
  if (built?.op === "link") trying.openLink.value = built.name;
}
