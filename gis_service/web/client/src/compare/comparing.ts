/** What is compared now, and what both sides answer. */

import { computed, effect, signal, untracked } from "@preact/signals";

import { editsText } from "../editsText";
import * as state from "../state";
import { LOADING, type Loaded } from "../state";
import * as trying from "../trying";
import { asksIn, asksText, EDITS, TODAY, type Asks, type Side } from "./asks";
import type { Counted } from "../whatIf";
import { readKept } from "./kept";
import { readSide, rowsOf, rowsOfCounted, type Asker, type Row, type Shown } from "./sides";

const FIRST: Asks = { before: "today", after: EDITS, way: "swipe", study: null };

export interface Pair {
  readonly before: Shown;
  readonly after: Shown;
}

export const asks = computed<Asks>(() => asksIn(state.viewAsks.value) ?? FIRST);
export const isSame = computed(() => asks.value.before === asks.value.after);
/** Both sides; the latest that came stays while the next are computed. */
export const pair = signal<Loaded<Pair>>(LOADING);
export const isOld = signal(false);
/** The kept comparison that the address names, as far as it has come. */
export const kept = signal<{ readonly study: string; readonly value: Counted } | null>(null);
/** Who gains and who loses from the left to the right, one by one; null where only the sums of both sides are known. */
export const counted = computed<Counted | null>(() => {
  const both = pair.value.state === "ready" ? pair.value.value : null;
  if (both?.before.side === TODAY) return both.after.difference;
  return kept.value !== null && kept.value.study === asks.value.study ? kept.value.value : null;
});
/** Units that differ; null before anything is known of them. */
export const rows = computed<readonly Row[] | null>(() => {
  if (counted.value !== null) return rowsOfCounted(counted.value, state.group.value);
  return pair.value.state === "ready" ? rowsOf(pair.value.value.before, pair.value.value.after) : null;
});
/** How much of the map lies left of the bar, 0..1. */
export const part = signal(0.5);

/** Ask for something else; another pair has not been kept. */
export function ask(changed: Partial<Asks>): void {
  const next = { ...asks.peek(), ...changed };
  const isOther = next.before !== asks.peek().before || next.after !== asks.peek().after;
  state.viewAsks.value = asksText(isOther ? { ...next, study: null } : next);
}

export function swap(): void {
  const { before, after } = asks.peek();
  ask({ before: after, after: before });
}

export function pairReady(): Pair | null {
  return pair.value.state === "ready" ? pair.value.value : null;
}

async function readPair(before: Side, after: Side, asker: Asker, signal: AbortSignal): Promise<Pair> {
  const [left, right] = await Promise.all([readSide(before, asker, signal), readSide(after, asker, signal)]);
  return { before: left, after: right };
}

/** What the answer of both sides depends on: not how they are shown. */
const wanted = computed(() => {
  const { before, after } = asks.value;
  const query = state.asked.value?.query;
  if (query === undefined || isSame.value) return null;
  const usesEdits = before === EDITS || after === EDITS;
  const isScenario = [before, after].some((side) => side !== TODAY && side !== EDITS);
  // Scenarios name places by their codes.
  if (isScenario && state.placesTold.value === null && state.placesFailure.value === null) return null;
  const key = [before, after, query, state.group.value, state.round.value, state.language.value, usesEdits ? editsText(trying.edits.value) : ""].join(" ");
  return { key, before, after, query };
});

/** Keep both sides in step with what is asked; gives what ends it. */
export function followPair(): () => void {
  let under = new AbortController();
  let last = "";
  const stop = effect(() => {
    const now = wanted.value;
    if ((now?.key ?? "") === last) return;
    last = now?.key ?? "";
    under.abort();
    under = new AbortController();
    if (now === null) {
      pair.value = LOADING;
      return;
    }
    isOld.value = pair.peek().state === "ready";
    if (!isOld.peek()) pair.value = LOADING;
    const { signal } = under;
    const service = state.question.peek()?.service ?? "";
    const asker: Asker = {
      service, standards: new Set(state.city.peek()?.standards.filter((one) => one.service === service).map(({ id }) => id)), query: now.query, group: state.group.peek(), edits: trying.edits.peek(), places: state.placesTold.peek() ?? [], language: state.language.peek(),
    };
    readPair(now.before, now.after, asker, signal)
      .then((value) => { if (!signal.aborted) pair.value = { state: "ready", value }; })
      .catch((reason: unknown) => {
        if (!signal.aborted) pair.value = { state: "failed", reason: reason instanceof Error ? reason.message : String(reason) };
      })
      .finally(() => { if (!signal.aborted) isOld.value = false; });
  });
  return () => {
    stop();
    under.abort();
    pair.value = LOADING;
  };
}

/** What is kept answers the question it was kept for: another question has nothing kept. */
function followQuestion(): () => void {
  let query = state.asked.peek()?.query;
  return effect(() => {
    const now = state.asked.value?.query;
    if (now === undefined || now === query) return;
    const isOther = query !== undefined;
    query = now;
    if (isOther) untracked(() => ask({ study: null }));
  });
}

/** Keep what is kept in step with the address; gives what ends it. */
export function followKept(): () => void {
  let under = new AbortController();
  const stopQuestion = followQuestion();
  const stop = effect(() => {
    const { study } = asks.value;
    const [language] = [state.language.value, state.round.value];
    under.abort();
    under = new AbortController();
    if (study === null) return;
    const { signal } = under;
    readKept(study, language, signal)
      .then((value) => { if (!signal.aborted) kept.value = { study, value }; })
      // Both sides tell the difference without it.
      .catch(() => undefined);
  });
  return () => {
    stop();
    stopQuestion();
    under.abort();
    kept.value = null;
  };
}
