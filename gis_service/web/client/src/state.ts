/** Everything the page knows at a moment. Parts of the page and the map read these signals and follow them. */

import { computed, signal } from "@preact/signals";

import type { Answer } from "./answer";
import type { Language } from "./language";
import type { Layer } from "./layers";

/** Something that has to be fetched first: it is on its way, failed with a reason, or here. */
export type Loaded<T> =
  | { readonly state: "loading" }
  | { readonly state: "failed"; readonly reason: string }
  | { readonly state: "ready"; readonly value: T };

export const LOADING = { state: "loading" } as const;

export type View = "layers" | "table";

/** One feature that somebody chose, on the map or in the table. */
export interface Selection {
  readonly layer: string;
  readonly fid: number;
  readonly at: readonly [number, number] | null;
}

export const language = signal<Language>("vi");
export const view = signal<View>("layers");
export const layers = signal<Loaded<readonly Layer[]>>(LOADING);
export const answer = signal<Loaded<Answer | null>>(LOADING);
export const shown = signal<ReadonlySet<string>>(new Set());
export const broken = signal<ReadonlySet<string>>(new Set());
export const selection = signal<Selection | null>(null);
export const mapFailed = signal(false);

export const readyLayers = computed<readonly Layer[]>(() =>
  layers.value.state === "ready" ? layers.value.value : [],
);
/** The answer, while the units it speaks of are on the map. */
export const answerOnMap = computed<Answer | null>(() => {
  if (answer.value.state !== "ready" || !answer.value.value) return null;
  const zones = answer.value.value.study.inputs.zones?.layer;
  return zones !== undefined && shown.value.has(zones) ? answer.value.value : null;
});
export const shownLayers = computed<readonly Layer[]>(() =>
  readyLayers.value.filter((layer) => shown.value.has(layer.id)),
);

function toggled(set: ReadonlySet<string>, id: string, on: boolean): ReadonlySet<string> {
  const next = new Set(set);
  if (on) next.add(id);
  else next.delete(id);
  return next;
}

export function show(layer: string, on: boolean): void {
  shown.value = toggled(shown.value, layer, on);
  if (!on && selection.value?.layer === layer) selection.value = null;
}

export function mark(layer: string, isBroken: boolean): void {
  if (broken.value.has(layer) !== isBroken) broken.value = toggled(broken.value, layer, isBroken);
}
