/** What the page fetches, and when: each effect follows what it depends on and gives up what it no longer needs. */

import { batch, effect } from "@preact/signals";

import type { Account } from "./account";
import { readCoverage } from "./answer";
import { Refusal, useSession, useToken, whenReaderEnds } from "./api";
import type { Answered, Asked } from "./asked";
import { readCells, type Cells } from "./cells";
import { followProduct } from "./counting";
import { readFacilities } from "./facilities";
import { word } from "./language";
import { readLayers } from "./layers";
import type { City } from "./page";
import * as state from "./state";
import type { Loaded } from "./state";
import { followEdits } from "./trying";
import { readWhy } from "./why";

const LATE_AFTER_MS = 2000;

export function failedBy(reason: unknown): Loaded<never> {
  const words = reason instanceof Error ? reason.message : String(reason);
  return reason instanceof Refusal ? { state: "failed", reason: words, status: reason.status } : { state: "failed", reason: words };
}

interface Only {
  readonly run: (fetching: (signal: AbortSignal) => Promise<void>, failed: (reason: unknown) => void) => void;
  readonly stop: () => void;
}

/** Run one fetch at a time: a newer one, or the wish to stop, ends the older one, whose outcome nobody hears of. */
function latest(): Only {
  let end = new AbortController();
  return {
    run: (fetching, failed) => {
      end.abort();
      end = new AbortController();
      const { signal } = end;
      fetching(signal).catch((reason: unknown) => {
        if (!signal.aborted) failed(reason);
      });
    },
    stop: () => end.abort(),
  };
}

const newest = new WeakMap<object, Promise<unknown>>();

/**
 * Fetch into a signal; an older value stays while its replacement (another language) is on its way.
 *
 * Of two fetches into one signal only the later one counts, whichever comes first.
 */
export async function load<T>(into: { value: Loaded<T> }, reading: Promise<T>): Promise<void> {
  newest.set(into, reading);
  let outcome: Loaded<T>;
  try {
    outcome = { state: "ready", value: await reading };
  } catch (reason) {
    outcome = failedBy(reason);
  }
  if (newest.get(into) === reading) into.value = outcome;
}

/** Read the places of the service that is asked about; once they are known, trying again does not read them anew. */
function followFacilities(): void {
  const only = latest();
  let asker = state.reader.peek();
  effect(() => {
    const [service, reader] = [state.question.value?.service, state.reader.value];
    void state.attempt.value;
    const known = state.facilities.peek();
    // What another reader waited for was ended with that reader's token.
    const isOnItsWay = known?.list.state === "loading" && asker === reader;
    if (service === undefined || (known?.service === service && (known.list.state === "ready" || isOnItsWay))) return;
    asker = reader;
    state.facilities.value = { service, list: state.LOADING };
    only.run(async (signal) => {
      const value = await readFacilities(service, state.language.peek(), signal);
      state.facilities.value = { service, list: { state: "ready", value } };
    }, (reason) => {
      state.facilities.value = { service, list: failedBy(reason) };
    });
  });
}

/** Add to the answer what belongs to it; an answer that has gone meanwhile takes nothing. */
function complete(asked: Asked, round: number, part: Partial<Pick<Answered, "cells" | "reference" | "isPartial">>): void {
  const shown = state.answered.peek();
  if (shown?.asked === asked && shown.round === round) state.answered.value = { ...shown, ...part };
}

/** What the trial of a token has read already: each look at single homes is recorded, so it counts as the first one. */
interface Look {
  readonly query: string;
  readonly cells: Cells;
}

let firstLook: Look | null = null;

/** The people outside; those that the trial of the token brought, when they are for this very question. */
async function readOutside(asked: Asked, signal: AbortSignal): Promise<Cells> {
  const look = firstLook;
  firstLook = null;
  if (look?.query === asked.query) return look.cells;
  return readCells(asked.query, state.detail.peek(), state.language.peek(), signal);
}

async function loadAround(asked: Asked, round: number, signal: AbortSignal): Promise<void> {
  const language = state.language.peek();
  const cells = readOutside(asked, signal)
    .then((found) => complete(asked, round, { cells: found }));
  const reference = asked.other === null ? null : readCoverage(asked.other.query, language, signal)
    .then((found) => complete(asked, round, { reference: found }));
  // Either may be missing; the answer stands without them, and says so.
  const outcomes = await Promise.allSettled([cells, reference]);
  const isPartial = outcomes.some(({ status }) => status === "rejected");
  if (isPartial && !signal.aborted) complete(asked, round, { isPartial });
}

/** Show an answer: all that is told of the one before goes in the same moment. */
function adopt(asked: Asked, round: number, coverage: Answered["coverage"]): void {
  batch(() => {
    state.answered.value = { asked, round, at: new Date(), coverage, cells: null, reference: null, isPartial: false };
    state.failure.value = null;
    // Units of another list may have been chosen while it was computed.
    if (!coverage.zones.some(({ id }) => id === state.unit.peek())) state.unit.value = null;
  });
}

function followQuestion(): void {
  const only = latest();
  effect(() => {
    const [asked, round] = [state.asked.value, state.round.value];
    state.draftLimit.value = null;
    only.stop();
    if (asked === null) return;
    only.run(async (signal) => {
      adopt(asked, round, await readCoverage(asked.query, state.language.peek(), signal));
      await loadAround(asked, round, signal);
    }, (reason) => {
      state.failure.value = { asked, round, reason: reason instanceof Error ? reason.message : String(reason) };
    });
  });
}

function followPlace(): void {
  const only = latest();
  effect(() => {
    const [at, query] = [state.place.value, state.asked.value?.query];
    void state.reader.value;
    void state.whyAttempt.value;
    only.stop();
    state.why.value = at === null || (query === undefined && state.placesFailure.value !== null) ? null : state.LOADING;
    if (at === null || query === undefined) return;
    only.run(async (signal) => {
      const value = await readWhy(at, query, state.language.peek(), signal);
      batch(() => {
        state.why.value = { state: "ready", value };
        state.unit.value = value.zone?.id ?? null;
      });
    }, (reason) => { state.why.value = failedBy(reason); });
  });
}

/** Read as whoever has signed in, from the first request on; null is everybody. */
export function signedIn(account: Account | null): void {
  useSession(account?.formToken ?? null);
  state.account.value = account;
  state.detail.value = account?.seesHomes ? "points" : "cells";
}

/**
 * Read as somebody else from now on: with a token, or again without it.
 *
 * What the reader before was shown goes at once, single homes and small counts among it; all of it is asked for
 * again as the new reader, but for what the trial of the token brought.
 */
export function readAs(token: string | null, look: Look | null = null): void {
  batch(() => {
    useToken(token);
    firstLook = look;
    state.ended.value = null;
    state.detail.value = token !== null || state.account.value?.seesHomes ? "points" : "cells";
    if (token === null) {
      state.answered.value = null;
      state.why.value = null;
      state.selection.value = null;
      state.layers.value = state.LOADING;
    }
    state.reader.value += 1;
  });
}

/** An answer that is replaced soon only fades; one that stays longer is told with its question and its age. */
function followAge(): void {
  let timer = 0;
  effect(() => {
    void [state.asked.value, state.round.value];
    window.clearTimeout(timer);
    state.isLate.value = false;
    if (state.isOld.value) timer = window.setTimeout(() => { state.isLate.value = true; }, LATE_AFTER_MS);
  });
}

function followLanguage(city: City): void {
  effect(() => {
    const language = state.language.value;
    document.documentElement.lang = language;
    void state.reader.value;
    void load(state.layers, readLayers(city, language));
  });
  effect(() => {
    const language = state.language.value;
    const mark = state.answer.value?.generated_data ? ` (${word("generated", language)})` : "";
    document.title = city.title[language] + mark;
  });
}

/** Begin to follow the question; fetches at once what it asks for. */
export function startLoading(city: City): void {
  whenReaderEnds((proof) => batch(() => {
    if (proof === "session") signedIn(null);
    readAs(null);
    state.ended.value = proof;
  }));
  followLanguage(city);
  followAge();
  followFacilities();
  followQuestion();
  followPlace();
  followEdits();
  followProduct();
}
