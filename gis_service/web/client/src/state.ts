/** Everything the page knows at a moment. Parts of the page and the map read these signals and follow them. */

import { batch, computed, signal } from "@preact/signals";

import { figuresOf, zonesOf, type Coverage, type Figures, type Zone } from "./answer";
import type { Cells } from "./cells";
import { boundaryOf, choicesOf, type Facility, type StateChoice } from "./facilities";
import type { Language } from "./language";
import type { Layer } from "./layers";
import type { City, Vintage } from "./page";
import { apiQuery, type Question } from "./question";
import type { Why } from "./why";

/** Something that has to be fetched first: it is on its way, failed with a reason, or here. */
export type Loaded<T> =
  | { readonly state: "loading" }
  | { readonly state: "failed"; readonly reason: string; readonly status?: number }
  | { readonly state: "ready"; readonly value: T };

export const LOADING = { state: "loading" } as const;

export type View = "coverage" | "layers" | "table";

/** One feature that somebody chose, on the map or in the table of a layer. */
export interface Selection {
  readonly layer: string;
  readonly fid: number;
  readonly at: readonly [number, number] | null;
}

export type Position = readonly [number, number];

export const city = signal<City | null>(null);
export const language = signal<Language>("vi");
export const view = signal<View>("coverage");
export const mapFailed = signal(false);
export const isPhone = signal(false);
export const isDark = signal(false);
export const zoom = signal(9);

export const question = signal<Question | null>(null);
/** The limit under the reader's finger, before it is asked about. */
export const draftLimit = signal<number | null>(null);
/** Goes up whenever somebody asks to try again. */
export const attempt = signal(0);

/** The latest answer stays while the next one is computed; `isOld` says so. */
export const coverage = signal<Loaded<Coverage>>(LOADING);
export const isOld = signal(false);
/** The answer of the state that the present one is compared with. */
export const reference = signal<Coverage | null>(null);
export const cells = signal<Cells | null>(null);
/** The facilities of one service; the list is empty when they could not be read. */
export const facilities = signal<{ readonly service: string; readonly list: readonly Facility[] } | null>(null);

/** A step of the ramp that alone is shown; null for all. */
export const onlyClass = signal<number | null>(null);
export const unit = signal<string | null>(null);
export const place = signal<Position | null>(null);
export const why = signal<Loaded<Why> | null>(null);
/** Cells for everybody, single homes for a role that may; the token itself lies in api.ts. */
export const detail = signal<"cells" | "points">("cells");

export const layers = signal<Loaded<readonly Layer[]>>(LOADING);
export const shown = signal<ReadonlySet<string>>(new Set());
export const broken = signal<ReadonlySet<string>>(new Set());
export const selection = signal<Selection | null>(null);

export const today = new Date().toISOString().slice(0, 10);

export const readyLayers = computed<readonly Layer[]>(() =>
  layers.value.state === "ready" ? layers.value.value : [],
);
export const shownLayers = computed<readonly Layer[]>(() =>
  readyLayers.value.filter((layer) => shown.value.has(layer.id)),
);
export const answer = computed<Coverage | null>(() => (coverage.value.state === "ready" ? coverage.value.value : null));
export const group = computed(() => question.value?.group ?? "all");
export const figures = computed<Figures | null>(() => (answer.value ? figuresOf(answer.value, group.value) : null));
export const zones = computed<readonly Zone[]>(() => (answer.value ? zonesOf(answer.value, group.value) : []));
/** Facilities of the service that is asked about; null while they are on their way. */
export const placesOfService = computed(() =>
  facilities.value !== null && facilities.value.service === question.value?.service ? facilities.value.list : null);
export const boundary = computed(() => boundaryOf(placesOfService.value ?? [], today));
export const choices = computed<readonly StateChoice[]>(() =>
  question.value && city.value && placesOfService.value
    ? choicesOf(placesOfService.value, city.value, question.value, today) : []);
export const vintage = computed<Vintage | null>(() =>
  city.value?.vintages.find((one) => one.id === question.value?.vintage) ?? null);
/** What is asked of the service; null before the page knows what the state means. */
export const query = computed<string | null>(() => {
  if (!question.value || !city.value || !placesOfService.value) return null;
  return apiQuery(question.value, city.value, boundary.value);
});

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

/** Change the question; what was under the finger is settled by it. */
export function ask(changed: Partial<Question>): void {
  if (!question.value) return;
  const next = { ...question.value, ...changed };
  batch(() => {
    if (next.vintage !== question.value?.vintage) unit.value = null;
    if (next.vintage !== question.value?.vintage) onlyClass.value = null;
    question.value = next;
    draftLimit.value = null;
  });
}

/** There is one selection: a place and the unit it lies in, a unit alone, or a feature of a layer. */
export function choose(chosen: { readonly unit?: string | null; readonly place?: Position | null; readonly feature?: Selection | null }): void {
  batch(() => {
    unit.value = chosen.unit ?? null;
    place.value = chosen.place ?? null;
    selection.value = chosen.feature ?? null;
  });
}

/** End the selection; false when there was none. */
export function clear(): boolean {
  const had = unit.value !== null || place.value !== null || selection.value !== null;
  choose({});
  return had;
}
