/** What goes on in this part of the page: the question, the search with its history, the plan, and what is chosen of it. */

import { batch, computed, effect, signal } from "@preact/signals";

import type { At } from "../edits";
import { changed } from "../map/lent";
import type { City } from "../page";
import * as state from "../state";
import { changedZones, countsOf, type Counts } from "../whatIf";
import { askIn, askText, requestOf, usualAsk, withPlace, type Ask } from "./ask";
import { withMark, type Mark } from "./history";
import { begin, endJob, readJob, readPlan, readRefusal, studyOf, type FoundSite, type Job, type PlanStudy } from "./plan";

const POLL_MS = 700;

/** A search under way. */
export interface Search {
  readonly key: string;
  readonly job: Job | null;
  readonly isEnding: boolean;
  /** When bound and best were first told, on the clock of the page. */
  readonly began: number | null;
  readonly sites: readonly FoundSite[];
}

export const search = signal<Search | null>(null);
/** Best and bound as they came; they stay with the plan that came of them. */
export const marks = signal<readonly Mark[]>([]);
/** The latest plan with the question that it answers; it stays, faded, when something else is asked. */
export const told = signal<{ readonly key: string; readonly study: PlanStudy } | null>(null);
interface Failure {
  readonly key: string;
  readonly reason: string;
  readonly of: "search" | "study";
}

const failure = signal<Failure | null>(null);
/** Sites of the plan that are not taken over into a scenario. */
export const left = signal<ReadonlySet<string>>(new Set());
/** The candidate or site that somebody looks at. */
export const chosen = signal<string | null>(null);
/** Whether the next press on the map makes a place a candidate. */
export const isPlacing = signal(false);

export const ask = computed<Ask | null>(() => {
  const city = state.city.value;
  if (city === null) return null;
  return state.view.value === "siting" ? askIn(state.viewAsks.value, city) : usualAsk(city);
});

/** What the whole question is known by; null while the page cannot say what its own part means. */
export const key = computed<string | null>(() => {
  const [query, now, city] = [state.asked.value?.query, ask.value, state.city.value];
  return query === undefined || now === null || city === null ? null : `${query} ${askText({ ...now, study: null }, city)}`;
});

/** What keeps the present question from its plan. */
export const failed = computed<Failure | null>(() => (failure.value?.key === key.value ? failure.value : null));
export const isOld = computed(() => told.value !== null && told.value.key !== key.value);
export const plan = computed(() => told.value?.study.plan ?? null);
/** Who may have it computed and kept: those who may see single homes are the same. */
export const isAllowed = computed(() => state.detail.value === "points");

export const counts = computed<Counts | null>(() => {
  const study = told.value?.study;
  return study ? countsOf(study, state.question.value?.group ?? "all") : null;
});

/** Ask something else; a study that answered what was asked before answers it no more. */
export function change(next: Ask): void {
  const city = state.city.peek();
  if (city !== null) state.viewAsks.value = askText({ ...next, study: null }, city);
}

export function addPlace(at: At): void {
  const now = ask.peek();
  if (now !== null) change(withPlace({ ...now, layer: null, values: [] }, at));
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

let polling = new AbortController();

async function pause(signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const timer = window.setTimeout(done, POLL_MS);
    signal.addEventListener("abort", () => { window.clearTimeout(timer); done(); }, { once: true });
  });
}

function follow(job: Job): void {
  const now = search.peek();
  if (now === null) return;
  batch(() => {
    const began = now.began ?? (job.bound === undefined ? null : performance.now());
    const sites = job.sites && job.sites.length > 0 ? job.sites : now.sites;
    search.value = { ...now, job, began, sites };
    if (job.bound !== undefined && began !== null) {
      marks.value = withMark(marks.peek(), (performance.now() - began) / 1000, job.best ?? null, job.bound);
    }
  });
}

/** Take a study for the answer to what is asked now, and let the address name it. */
function adopt(study: PlanStudy, of: string): void {
  batch(() => {
    told.value = { key: of, study };
    left.value = new Set();
    chosen.value = null;
    search.value = null;
    failure.value = null;
    const [now, city] = [ask.peek(), state.city.peek()];
    if (now !== null && city !== null && key.peek() === of && state.view.peek() === "siting") {
      state.viewAsks.value = askText({ ...now, study: study.id }, city);
    }
  });
}

/** A plan that was kept when its search was ended comes a moment after the end. */
async function keptOf(id: string, signal: AbortSignal): Promise<PlanStudy | null> {
  const tries = 20;
  for (let number = 0; number < tries && !signal.aborted; number += 1) {
    const job = await readJob(id, state.language.peek(), signal);
    const study = studyOf(job);
    if (study !== null) return readPlan(study, state.language.peek(), signal);
    await pause(signal);
  }
  return null;
}

async function watch(first: Job, of: string, signal: AbortSignal): Promise<void> {
  let job = first;
  while (!signal.aborted && (job.status === "accepted" || job.status === "running")) {
    follow(job);
    await pause(signal);
    if (!signal.aborted) job = await readJob(job.jobID, state.language.peek(), signal);
  }
  if (signal.aborted) return;
  if (job.status === "failed") return readRefusal(job.jobID, state.language.peek(), signal);
  const study = studyOf(job);
  // Before it had a plan there is nothing to keep.
  const hasPlan = study !== null || search.peek()?.began !== null;
  const found = !hasPlan ? null : study === null ? await keptOf(job.jobID, signal) : await readPlan(study, state.language.peek(), signal);
  if (signal.aborted) return;
  if (found === null) search.value = null;
  else adopt(found, of);
}

/** Look for sites; a search under way for something else is no longer waited for. */
export function run(city: City): void {
  const [now, question, query, of] = [ask.peek(), state.asked.peek()?.question, state.asked.peek()?.query, key.peek()];
  if (now === null || question === undefined || query === undefined || of === null) return;
  polling.abort();
  polling = new AbortController();
  const { signal } = polling;
  batch(() => {
    search.value = { key: of, job: null, isEnding: false, began: null, sites: [] };
    marks.value = [];
    failure.value = null;
    isPlacing.value = false;
  });
  begin(requestOf(now, question, query, city), state.language.peek())
    .then(async (job) => watch(job, of, signal))
    .catch((error: unknown) => {
      if (signal.aborted) return;
      batch(() => {
        search.value = null;
        failure.value = { key: of, reason: reasonOf(error), of: "search" };
      });
    });
}

/** End the search; the best plan so far is kept and shown. */
export function end(): void {
  const now = search.peek();
  if (now?.job == null || now.isEnding) return;
  search.value = { ...now, isEnding: true };
  endJob(now.job.jobID, state.language.peek()).catch((error: unknown) => {
    failure.value = { key: now.key, reason: reasonOf(error), of: "search" };
  });
}

/** Read the study that an address names, unless it is the one that is shown. */
function followStudy(): () => void {
  let reading = new AbortController();
  const stop = effect(() => {
    const [id, of, shown] = [ask.value?.study ?? null, key.value, told.value?.study.id];
    void state.reader.value;
    if (id === null || of === null || state.view.value !== "siting" || shown === id) return;
    reading.abort();
    reading = new AbortController();
    const { signal } = reading;
    readPlan(id, state.language.peek(), signal)
      .then((study) => {
        if (signal.aborted) return;
        if (study.process === "siting") adopt(study, of);
        else failure.value = { key: of, reason: "", of: "study" };
      })
      .catch((error: unknown) => { if (!signal.aborted) failure.value = { key: of, reason: reasonOf(error), of: "study" }; });
  });
  return () => {
    reading.abort();
    stop();
  };
}

/** Whatever another reader was shown goes with that reader; what the page's own question was goes with its study. */
function followOthers(): () => void {
  let [reader, query] = [state.reader.peek(), state.asked.peek()?.query];
  return effect(() => {
    const [nextReader, nextQuery, now, city] = [state.reader.value, state.asked.value?.query, ask.peek(), state.city.peek()];
    if (nextReader !== reader) {
      polling.abort();
      batch(() => { told.value = null; search.value = null; failure.value = null; marks.value = []; });
    }
    const isOther = query !== undefined && nextQuery !== undefined && query !== nextQuery;
    [reader, query] = [nextReader, nextQuery ?? query];
    if (isOther && now?.study && city) state.viewAsks.value = askText({ ...now, study: null }, city);
  });
}

let kept = "";

/** Follow address, reader and question while this part is open; what was asked when it was left is asked again. */
export function open(): () => void {
  if (state.viewAsks.peek() === "") state.viewAsks.value = kept;
  // A search may have ended while another part was open.
  const [now, city, shown] = [ask.peek(), state.city.peek(), told.peek()];
  if (now?.study === null && city !== null && shown?.key === key.peek()) state.viewAsks.value = askText({ ...now, study: shown.study.id }, city);
  const ends = [
    effect(() => { if (state.view.value === "siting") kept = state.viewAsks.value; }),
    followStudy(),
    followOthers(),
    effect(() => {
      const study = told.value?.study;
      changed.value = study && !isOld.value ? changedZones(study, state.question.value?.group ?? "all") : null;
    }),
  ];
  return () => {
    for (const one of ends) one();
    changed.value = null;
    isPlacing.value = false;
  };
}
