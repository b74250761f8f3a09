/** The address of the page holds the question, the selection and the language, so that a link opens the same view. */

import { batch, effect } from "@preact/signals";

import type { City } from "./page";
import { addressParams, questionFrom } from "./question";
import * as state from "./state";

const PLACE = /^(-?\d+(?:\.\d+)?),(-?\d+(?:\.\d+)?)$/;

function placeIn(text: string | null): state.Position | null {
  const parts = PLACE.exec(text ?? "");
  return parts ? [Number(parts[1]), Number(parts[2])] : null;
}

function read(city: City): void {
  const params = new URLSearchParams(window.location.search);
  const view = params.get("view");
  const place = placeIn(params.get("place"));
  batch(() => {
    state.question.value = questionFrom(params, city);
    state.view.value = view === "layers" || view === "table" || !state.question.value ? (view === "table" ? view : "layers") : "coverage";
    state.language.value = params.get("lang") === "en" || (!params.has("lang") && document.documentElement.lang === "en") ? "en" : "vi";
    state.choose({ unit: params.get("unit"), place });
  });
}

function written(city: City): string {
  const question = state.question.value;
  const params = new URLSearchParams({ lang: state.language.value, ...(question ? addressParams(question, city) : {}) });
  if (state.view.value !== "coverage" && question) params.set("view", state.view.value);
  if (state.place.value) params.set("place", state.place.value.map((one) => one.toFixed(5)).join(","));
  else if (state.unit.value) params.set("unit", state.unit.value);
  return `?${params.toString().replaceAll("%2C", ",")}`;
}

/** Take the page's state from its address, now and whenever the reader goes back; write every change into it. */
export function followAddress(city: City): void {
  read(city);
  let isReading = false;
  let isFirst = true;
  effect(() => {
    const search = written(city);
    if (isReading || search === window.location.search) return;
    const address = `${window.location.pathname}${search}${window.location.hash}`;
    // The first writing only completes the address that was opened; it is not a step to go back over.
    if (isFirst) window.history.replaceState(null, "", address);
    else window.history.pushState(null, "", address);
  });
  isFirst = false;
  window.addEventListener("popstate", () => {
    isReading = true;
    read(city);
    isReading = false;
  });
}
