/** What the page fetches, and when: each effect follows what it depends on and gives up what it no longer needs. */

import { batch, effect } from "@preact/signals";

import { readCoverage } from "./answer";
import { Refusal } from "./api";
import { readCells } from "./cells";
import { readFacilities } from "./facilities";
import { readLayers } from "./layers";
import type { City } from "./page";
import { apiQuery } from "./question";
import * as state from "./state";
import type { Loaded } from "./state";
import { readWhy } from "./why";

export function failedBy(reason: unknown): Loaded<never> {
  const words = reason instanceof Error ? reason.message : String(reason);
  return reason instanceof Refusal ? { state: "failed", reason: words, status: reason.status } : { state: "failed", reason: words };
}

/** Run one fetch at a time: a newer one ends the older one, whose outcome nobody hears of. */
function latest(): (run: (signal: AbortSignal) => Promise<void>, failed: (reason: unknown) => void) => void {
  let stop = new AbortController();
  return (run, failed) => {
    stop.abort();
    stop = new AbortController();
    const { signal } = stop;
    run(signal).catch((reason: unknown) => {
      if (!signal.aborted) failed(reason);
    });
  };
}

/** Fetch into a signal; an older value stays while its replacement (another language) is on its way. */
export async function load<T>(into: { value: Loaded<T> }, reading: Promise<T>): Promise<void> {
  try {
    into.value = { state: "ready", value: await reading };
  } catch (reason) {
    into.value = failedBy(reason);
  }
}

function followFacilities(): void {
  const only = latest();
  let asked = "";
  effect(() => {
    const service = state.question.value?.service;
    const attempt = state.attempt.value;
    if (service === undefined || asked === `${service} ${attempt}`) return;
    asked = `${service} ${attempt}`;
    only(async (signal) => {
      state.facilities.value = { service, list: await readFacilities(service, state.language.peek(), signal) };
    }, () => {
      // The answer itself tells what is wrong with the layer; the map then draws no places.
      state.facilities.value = { service, list: [] };
    });
  });
}

/** The state to compare with: the one before the change, or, standing there, the one of today. */
function otherQuery(city: City): string | null {
  const question = state.question.peek();
  if (!question || state.choices.peek().length === 0) return null;
  const other = question.state === "before" ? "today" : "before";
  return apiQuery({ ...question, state: other }, city, state.boundary.peek());
}

async function loadAround(query: string, city: City, signal: AbortSignal): Promise<void> {
  const language = state.language.peek();
  const other = otherQuery(city);
  const cells = readCells(query, state.detail.peek(), language, signal).then((found) => { state.cells.value = found; });
  const reference = other === null
    ? Promise.resolve().then(() => { state.reference.value = null; })
    : readCoverage(other, language, signal).then((found) => { state.reference.value = found; });
  // Either may be missing; the answer stands without them.
  await Promise.allSettled([cells, reference]);
}

function followQuery(city: City): void {
  const only = latest();
  effect(() => {
    const query = state.query.value;
    void state.attempt.value;
    if (query === null) return;
    state.isOld.value = true;
    state.draftLimit.value = null;
    only(async (signal) => {
      const found = await readCoverage(query, state.language.peek(), signal);
      batch(() => {
        state.coverage.value = { state: "ready", value: found };
        state.isOld.value = false;
        // Those of the question before would be told as this one's.
        state.cells.value = null;
        state.reference.value = null;
      });
      await loadAround(query, city, signal);
    }, (reason) => {
      state.coverage.value = failedBy(reason);
      state.isOld.value = false;
      state.cells.value = null;
      state.reference.value = null;
    });
  });
}

/** Homes for cells and back, when a token comes or goes; the answer itself need not be asked for again. */
function followDetail(): void {
  const only = latest();
  let before = state.detail.peek();
  effect(() => {
    const detail = state.detail.value;
    const query = state.query.peek();
    if (detail === before || query === null) return;
    before = detail;
    only(async (signal) => {
      state.cells.value = await readCells(query, detail, state.language.peek(), signal);
    }, () => { state.cells.value = null; });
  });
}

function followPlace(): void {
  const only = latest();
  effect(() => {
    const [at, query] = [state.place.value, state.query.value];
    if (!at || query === null) {
      state.why.value = null;
      return;
    }
    state.why.value = state.LOADING;
    only(async (signal) => {
      const value = await readWhy(at, query, state.language.peek(), signal);
      if (state.place.peek() !== at) return; // let go meanwhile
      state.why.value = { state: "ready", value };
      state.unit.value = value.zone?.id ?? null;
    }, (reason) => { state.why.value = failedBy(reason); });
  });
}

function followLanguage(city: City): void {
  effect(() => {
    const language = state.language.value;
    document.documentElement.lang = language;
    document.title = city.title[language];
    void load(state.layers, readLayers(city, language));
  });
}

/** Begin to follow the question; fetches at once what it asks for. */
export function startLoading(city: City): void {
  followLanguage(city);
  followFacilities();
  followQuery(city);
  followDetail();
  followPlace();
}
