/** What the view of the roadmap knows at a moment; kept while the page is open. */

import { batch, computed, signal } from "@preact/signals";

import { complete } from "../address";
import * as state from "../state";
import { LOADING, type Loaded } from "../state";
import { asksIn, asksText, type Asks } from "./asks";
import { readRoadmap, newestRoadmap, type Project, type Roadmap } from "./document";
import { mainService, NOW, stopsOf, type Stop } from "./stops";

/** The roadmap that is asked for; null where none was kept. */
export const loaded = signal<Loaded<Roadmap | null>>(LOADING);
/** The last good one: it stays, faded, while another comes or fails. */
export const roadmap = signal<Roadmap | null>(null);
/** Goes up whenever somebody asks to try again. */
export const attempt = signal(0);

export const asks = computed(() => asksIn(state.viewAsks.value));

export function change(changed: Partial<Asks>): void {
  state.viewAsks.value = asksText({ ...asks.peek(), ...changed });
}

export const isOld = computed(() => roadmap.value !== null && (loaded.value.state !== "ready" || loaded.value.value !== roadmap.value));
export const stops = computed<readonly Stop[]>(() => (roadmap.value ? stopsOf(roadmap.value) : []));
export const stop = computed<Stop | null>(() =>
  stops.value.find(({ id }) => id === asks.value.stop) ?? stops.value.find(({ id }) => id === NOW) ?? null);
export const service = computed<string | null>(() => {
  const own = roadmap.value?.services ?? [];
  const asked = [asks.value.service, state.question.value?.service].find((id) => own.some((one) => one.id === id));
  // The service of the page is taken where its projects move anything; else what they move most.
  if (asks.value.service !== null && asked === asks.value.service) return asked;
  return roadmap.value ? mainService(roadmap.value) ?? asked ?? null : null;
});
export const project = computed<Project | null>(() => roadmap.value?.projects.find(({ code }) => code === asks.value.project) ?? null);

/** The project that was chosen away from the table, which brings its row into sight; null otherwise. */
export const sought = signal<string | null>(null);

export function seek(code: string): void {
  batch(() => {
    sought.value = code;
    change({ project: code });
  });
}

/** Whether this reader may compute and sees people of single projects. */
export const mayRun = computed(() => state.detail.value === "points" || state.account.value?.seesHomes === true);

let end = new AbortController();

function isHere(id: string): boolean {
  const now = loaded.peek();
  return now.state === "ready" && now.value?.id === id;
}

/** Read what the address asks for; without a study in it the newest one. */
export async function follow(id: string | null): Promise<void> {
  end.abort();
  end = new AbortController();
  const { signal: over } = end;
  const language = state.language.peek();
  // What is there already is not read again because its name has come into the address.
  if (id !== null && isHere(id)) return;
  loaded.value = LOADING;
  try {
    const found = id ?? await newestRoadmap(language, over);
    over.throwIfAborted();
    const value = found === null ? null : await readRoadmap(found, language, over);
    over.throwIfAborted();
    batch(() => {
      loaded.value = { state: "ready", value };
      roadmap.value = value;
    });
    // A link opens this very study, also when there are newer ones.
    if (id === null && found !== null) complete(() => change({ study: found }));
  } catch (reason) {
    if (!over.aborted) loaded.value = failed(reason);
  }
}

function failed(reason: unknown): Loaded<never> {
  const words = reason instanceof Error ? reason.message : String(reason);
  const status = reason instanceof Error && "status" in reason ? Number(reason.status) : undefined;
  return { state: "failed", reason: words, ...(status === undefined ? {} : { status }) };
}

/** Forget what another reader was shown. */
export function forget(): void {
  end.abort();
  batch(() => {
    roadmap.value = null;
    loaded.value = LOADING;
  });
}

/** Show what somebody has just computed. */
export function open(id: string): void {
  batch(() => {
    change({ study: id });
    attempt.value += 1;
  });
}
