/** Everything the page knows at a moment. Parts of the page and the map read these signals and follow them. */

import { batch, computed, signal } from "@preact/signals";

import type { Box } from "./box";
import type { Account } from "./account";
import { figuresOf, zonesOf, type Coverage, type Figures, type Zone } from "./answer";
import { askedOf, isSame, type Answered, type Asked } from "./asked";
import type { Cells } from "./cells";
import { standings, type Facility, type StateChoice } from "./facilities";
import type { Language } from "./language";
import type { Layer } from "./layers";
import type { City, Vintage } from "./page";
import type { Question } from "./question";
import type { RasterLegend } from "./raster";
import { stacked } from "./stack";
import { vintageOn } from "./when";
import type { Why } from "./why";

/** Something that has to be fetched first: it is on its way, failed with a reason, or here. */
export type Loaded<T> =
  | { readonly state: "loading" }
  | { readonly state: "failed"; readonly reason: string; readonly status?: number }
  | { readonly state: "ready"; readonly value: T };

export const LOADING = { state: "loading" } as const;

export type View = "coverage" | "whatif" | "siting" | "roadmap" | "layers" | "table";

/** One feature that somebody chose, on the map or in the table of a layer. */
export interface Selection {
  readonly layer: string;
  readonly fid: number;
  readonly at: readonly [number, number] | null;
}

/** How the service knows who asks. */
export type Proof = "token" | "session";

export type Position = readonly [number, number];

export const city = signal<City | null>(null);
export const language = signal<Language>("vi");
export const view = signal<View>("coverage");
/** What the open view asks, in its own short words, as the address of the page holds it; empty where it asks nothing. */
export const viewAsks = signal("");
export const mapFailed = signal(false);
export const isPhone = signal(false);
export const isDark = signal(false);
/** What of the ground the map shows; null before it is there. */
export const seen = signal<Box | null>(null);
export const zoom = signal(9);

export const question = signal<Question | null>(null);
/** The limit under the reader's finger, before it is asked about. */
export const draftLimit = signal<number | null>(null);
/** Goes up whenever somebody asks to try again. */
export const attempt = signal(0);
/** Goes up whenever the page begins to read as somebody else: with a token, or without it again. */
export const reader = signal(0);
/** The latest answer with its question; it stays, faded, while the next one is computed or when that fails. */
export const answered = signal<Answered | null>(null);
/** The question that could not be answered, and why. */
export const failure = signal<{ readonly asked: Asked; readonly round: number; readonly reason: string } | null>(null);
/** The facilities of one service, on their way, here, or not to be read. */
export const facilities = signal<{ readonly service: string; readonly list: Loaded<readonly Facility[]> } | null>(null);

/** A step of the ramp that alone is shown; null for all. */
export const onlyClass = signal<number | null>(null);
export const unit = signal<string | null>(null);
export const place = signal<Position | null>(null);
export const why = signal<Loaded<Why> | null>(null);
/** Goes up whenever somebody asks again why. */
export const whyAttempt = signal(0);
/** Cells for everybody, single homes for a role that may; the token itself lies in api.ts. */
export const detail = signal<"cells" | "points">("cells");

/** Who has signed in; the browser carries the session itself. */
export const account = signal<Account | null>(null);

/** What was forgotten because the service no longer took it; until the reader has taken note. */
export const ended = signal<Proof | null>(null);

export const layers = signal<Loaded<readonly Layer[]>>(LOADING);
export const shown = signal<ReadonlySet<string>>(new Set());
export const broken = signal<ReadonlySet<string>>(new Set());
/** Those of the broken that this reader may not see (any more). */
export const forbidden = signal<ReadonlySet<string>>(new Set());
/** Layers of which parts are on their way. */
export const waiting = signal<ReadonlySet<string>>(new Set());
/** Layers as the reader has put them, the top one first; empty for the usual order. */
export const order = signal<readonly string[]>([]);
/** How dense layers are drawn, 0..1, where that is less than they are made for. */
export const opacities = signal<ReadonlyMap<string, number>>(new Map());
/** The day (ISO date) that switched-on layers are shown of; null for what they hold now. */
export const day = signal<string | null>(null);
/** What the colours of layers of cells mean; of those that have been switched on. */
export const rasterLegends = signal<ReadonlyMap<string, RasterLegend>>(new Map());
/** The picture that lies under the map; null for the map's own ground. */
export const background = signal<string | null>(null);
export const selection = signal<Selection | null>(null);
/** The feature whose values are being changed, in the panel; its card gives way meanwhile. */
export const editing = signal<Selection | null>(null);

export const today = new Date().toISOString().slice(0, 10);

export const readyLayers = computed<readonly Layer[]>(() =>
  layers.value.state === "ready" ? layers.value.value : [],
);
/** Layers that are switched on, as they lie, the top one first. */
export const shownLayers = computed<readonly Layer[]>(() =>
  stacked(readyLayers.value.filter((layer) => shown.value.has(layer.id)), order.value),
);
const listOfService = computed<Loaded<readonly Facility[]>>(() =>
  facilities.value !== null && facilities.value.service === question.value?.service ? facilities.value.list : LOADING);
/** Facilities of the service that is asked about; null while they are not known. */
const placesOfService = computed(() => (listOfService.value.state === "ready" ? listOfService.value.value : null));
/** Why the places of the service could not be read; null when they could. */
export const placesFailure = computed(() => (listOfService.value.state === "failed" ? listOfService.value.reason : null));
/** What is asked now; null before the page knows what the state means. */
export const asked = computed<Asked | null>(() => {
  if (!question.value || !city.value || listOfService.value.state === "loading") return null;
  return askedOf(question.value, city.value, placesOfService.value, today);
});
/** Which reading of a question this is: trying again and another reader each begin a new one. */
export const round = computed(() => attempt.value + reader.value);
/** Why there is no answer to what is asked, in words; null while there may be one. */
export const unanswered = computed<{ readonly of: "answer" | "places"; readonly reason: string } | null>(() => {
  if (placesFailure.value !== null && asked.value === null) return { of: "places", reason: placesFailure.value };
  if (failure.value === null || failure.value.asked !== asked.value || failure.value.round !== round.value) return null;
  return { of: "answer", reason: failure.value.reason };
});

/** Whether what is shown answers another question than the one asked now, or the same before it was asked again. */
export const isOld = computed(() =>
  answered.value !== null && (answered.value.asked !== asked.value || answered.value.round !== round.value));
/** Whether the answer that is shown has been old for so long that its age has to be told. */
export const isLate = signal(false);
/** The question that the page shows the answer of; before the first answer the one asked. */
export const told = computed<Question | null>(() => answered.value?.asked.question ?? asked.value?.question ?? question.value);
export const answer = computed<Coverage | null>(() => answered.value?.coverage ?? null);
export const cells = computed<Cells | null>(() => answered.value?.cells ?? null);
export const group = computed(() => told.value?.group ?? "all");
export const figures = computed<Figures | null>(() => (answer.value ? figuresOf(answer.value, group.value) : null));
export const zones = computed<readonly Zone[]>(() => (answer.value ? zonesOf(answer.value, group.value) : []));
/** Places of the question that is shown. */
export const placesTold = computed<readonly Facility[] | null>(() => (answered.value ? answered.value.asked.places : placesOfService.value));
/** Item ids of the places that are open in the state that is shown. */
export const openNow = computed<ReadonlySet<number>>(() => {
  const [places, question] = [placesTold.value ?? [], told.value];
  const stands = question ? standings(places, question.state, question.share, today) : [];
  return new Set(places.filter((_, index) => stands[index] === "open" || stands[index] === "branch").map((one) => one.fid));
});
/** States of the service that is shown, and of the one that can be chosen among now. */
export const choicesTold = computed<readonly StateChoice[]>(() => (answered.value?.asked ?? asked.value)?.choices ?? []);
export const choices = computed<readonly StateChoice[]>(() => asked.value?.choices ?? []);
/** The units that are shown: those of the answer. */
export const vintage = computed<Vintage | null>(() =>
  city.value?.vintages.find((one) => one.id === told.value?.vintage) ?? null);

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

/** Without listening: who marks from within an effect must not be called again by it. */
export function mark(layer: string, isBroken: boolean, isForbidden = false): void {
  if (broken.peek().has(layer) !== isBroken) broken.value = toggled(broken.peek(), layer, isBroken);
  if (forbidden.peek().has(layer) !== isForbidden) forbidden.value = toggled(forbidden.peek(), layer, isForbidden);
}

export function wait(layer: string, isWaiting: boolean): void {
  if (waiting.peek().has(layer) !== isWaiting) waiting.value = toggled(waiting.peek(), layer, isWaiting);
}

export function draw(layer: string, opacity: number): void {
  opacities.value = new Map(opacities.peek()).set(layer, opacity);
}

/** Change the question; what was under the finger is settled by it. */
export function ask(changed: Partial<Question>): void {
  if (!question.value) return;
  const next = { ...question.value, ...changed };
  if (isSame(next, question.value)) {
    draftLimit.value = null;
    return;
  }
  batch(() => {
    if (next.vintage !== question.value?.vintage) unit.value = null;
    if (next.vintage !== question.value?.vintage) onlyClass.value = null;
    question.value = next;
    draftLimit.value = null;
  });
}

/** Show the layers of a day, or of now again, and the units that held then: those that the answer is told by, too. */
export function showDay(chosen: string | null): void {
  if (!city.value || chosen === day.value) return;
  const units = vintageOn(chosen ?? today, city.value);
  batch(() => {
    day.value = chosen;
    selection.value = null;
    if (units) ask({ vintage: units.id });
  });
}

/** Open another part of the page; what the one before asked is its own. */
export function open(part: View): void {
  if (part === view.value) return;
  batch(() => {
    view.value = part;
    viewAsks.value = "";
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
