/** The address of the page holds the question, the selection, what is shown and the language: a link opens the same view. */

import { batch, effect } from "@preact/signals";

import { isSame } from "./asked";
import { editsIn, editsText } from "./editsText";
import type { City } from "./page";
import { addressParams, questionFrom, type Question } from "./question";
import { RAMP } from "./ramp";
import { opacitiesIn, opacitiesText } from "./stack";
import * as state from "./state";
import * as trying from "./trying";
import { dayIn, vintageOn } from "./when";

const PLACE = /^(-?\d+(?:\.\d+)?),(-?\d+(?:\.\d+)?)$/;

/** Longitude and latitude; anything that is no place on the globe counts as none. */
export function placeIn(text: string | null): state.Position | null {
  const parts = PLACE.exec(text ?? "");
  const [lon, lat] = [Number(parts?.[1]), Number(parts?.[2])];
  return Math.abs(lon) <= 180 && Math.abs(lat) <= 90 ? [lon, lat] : null;
}

/** A step of the legend by its number, 0 the lowest. */
export function classIn(text: string | null): number | null {
  return /^\d$/.test(text ?? "") && Number(text) < RAMP.length ? Number(text) : null;
}

/** Layers switched on, those that the city has. */
export function layersIn(text: string | null, city: City): ReadonlySet<string> {
  return new Set((text ?? "").split(",").filter((id) => Object.hasOwn(city.fields, id)));
}

/** Without a question only the layers can be seen. */
function viewIn(text: string | null, hasQuestion: boolean): state.View {
  if (text === "table" || text === "layers") return text;
  if (!hasQuestion) return "layers";
  return text === "whatif" || text === "siting" || text === "roadmap" ? text : "coverage";
}

/** The question by the units of a day, where an address names the day alone. */
export function ofDay(question: Question | null, day: string | null, city: City): Question | null {
  const units = day === null ? null : vintageOn(day, city);
  return question && units ? { ...question, vintage: units.id } : question;
}

function read(city: City): void {
  const params = new URLSearchParams(window.location.search);
  const view = params.get("view");
  const place = placeIn(params.get("place"));
  batch(() => {
    const day = dayIn(params.get("on"));
    const question = ofDay(questionFrom(params, city), params.has("vintage") ? null : day, city);
    // The same question again, as when only the place is gone back over, asks for nothing.
    if (!isSame(question, state.question.peek())) state.question.value = question;
    state.view.value = viewIn(view, state.question.value !== null);
    state.viewAsks.value = params.get("asks") ?? "";
    state.language.value = params.get("lang") === "en" || (!params.has("lang") && document.documentElement.lang === "en") ? "en" : "vi";
    state.shown.value = layersIn(params.get("layers"), city);
    state.order.value = [...layersIn(params.get("order"), city)];
    state.opacities.value = opacitiesIn(params.get("fade"), (id) => Object.hasOwn(city.fields, id));
    state.day.value = day;
    state.onlyClass.value = classIn(params.get("class"));
    state.choose({ unit: params.get("unit"), place });
    trying.open(editsIn(params.get("edits")));
  });
}

function written(city: City): string {
  const question = state.question.value;
  const params = new URLSearchParams({ lang: state.language.value, ...(question ? addressParams(question, city) : {}) });
  if (state.view.value !== "coverage" && question) params.set("view", state.view.value);
  if (state.viewAsks.value !== "") params.set("asks", state.viewAsks.value);
  if (state.place.value) params.set("place", state.place.value.map((one) => one.toFixed(5)).join(","));
  else if (state.unit.value) params.set("unit", state.unit.value);
  if (state.onlyClass.value !== null) params.set("class", String(state.onlyClass.value));
  if (trying.edits.value.length > 0) params.set("edits", editsText(trying.edits.value));
  if (state.shown.value.size > 0) params.set("layers", [...state.shown.value].toSorted().join(","));
  const order = state.order.value.filter((id) => state.shown.value.has(id));
  if (order.length > 0) params.set("order", order.join(","));
  const fade = opacitiesText(state.opacities.value, state.shown.value);
  if (fade !== "") params.set("fade", fade);
  if (state.day.value !== null) {
    params.set("on", state.day.value);
    // Else whoever opens the link has the units of that day.
    if (question) params.set("vintage", question.vintage);
  }
  // For the reader of the link; what the page computes from is told by the answer, not by its address.
  if (state.answer.value?.generated_data) params.set("data", "generated");
  return `?${params.toString().replaceAll("%2C", ",")}`;
}

/** Whether two addresses differ by more than what the answer says of its data, and how dense layers are drawn. */
function isStep(from: string, to: string): boolean {
  const [a, b] = [from, to].map((search) => {
    const params = new URLSearchParams(search);
    params.delete("data");
    params.delete("fade");
    return params.toString();
  });
  return a !== b;
}

/** What is written now only completes the address: it is not a step to go back over. */
let isCompleting = false;

/** Change the state by what the page has found out itself, as which study is the newest. */
export function complete(change: () => void): void {
  isCompleting = true;
  change();
  isCompleting = false;
}

/** Take the page's state from its address, now and whenever the reader goes back; write every change into it. */
export function followAddress(city: City): void {
  read(city);
  let isReading = false;
  const follow = (): void => {
    const search = written(city);
    if (isReading || search === window.location.search) return;
    const address = `${window.location.pathname}${search}${window.location.hash}`;
    if (isCompleting || !isStep(window.location.search, search)) window.history.replaceState(null, "", address);
    else window.history.pushState(null, "", address);
  };
  // The first writing only completes the address that was opened.
  complete(() => { effect(follow); });
  window.addEventListener("popstate", () => {
    isReading = true;
    read(city);
    isReading = false;
  });
}
