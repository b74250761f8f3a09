/** What is being tried out: the edits with their steps, what is under the finger, and the difference that all of it makes. */

import { batch, computed, effect, signal } from "@preact/signals";

import { isOfFacility, isPlace, withMoved, MOST, type At, type Edit, type Target } from "./edits";
import { editsText, rounded } from "./editsText";
import { paced } from "./paced";
import * as state from "./state";
import { back, begun, forth, stepped, type Steps } from "./steps";
import { changed } from "./map/lent";
import { changedZones, readDifference, type Difference, type ZoneChange } from "./whatIf";

/** What the next press on the map does; null for choosing a place of the service. */
export type Tool = "add" | "shut" | "link" | "speed";

/** So that a drag of a minute stays well within what the service computes for one address. */
const GAP_MS = 350;

export const steps = signal<Steps<readonly Edit[]>>(begun([]));
export const edits = computed(() => steps.value.now);
export const tool = signal<Tool | null>(null);
/** The facility whose card is open. */
export const chosen = signal<Target | null>(null);
/** Name of the new road whose form is open. */
export const openLink = signal<string | null>(null);
/** The facility under the finger, and where it has been dragged to. */
export const drag = signal<{ readonly target: Target; readonly at: At } | null>(null);
/** The edits as the map shows them: with what is under the finger. */
export const drawn = computed(() =>
  drag.value === null ? edits.value : withMoved(edits.value, drag.value.target, rounded(drag.value.at)));
/** Edits that a part of the page shows on the map in their place; null while none does. */
export const lentEdits = signal<readonly Edit[] | null>(null);
export const onMap = computed(() => lentEdits.value ?? drawn.value);
export const isFull = computed(() => edits.value.length >= MOST);

/** Where the chosen facility stands now, as it is drawn; null when it is not on the map. */
export const chosenAt = computed<At | null>(() => {
  const target = chosen.value;
  if (target === null) return null;
  const edited = drawn.value.find((one) => isPlace(one) && one.target === target);
  if (edited && "at" in edited) return edited.at;
  return state.placesTold.value?.find((one) => one.fid === target)?.at ?? null;
});

interface Asked {
  readonly key: string;
  readonly query: string;
  readonly edits: readonly Edit[];
}

const asked = computed<Asked | null>(() => {
  const query = state.asked.value?.query;
  if (query === undefined || drawn.value.length === 0) return null;
  return { key: `${state.round.value} ${query} ${editsText(drawn.value)}`, query, edits: drawn.value };
});

/** The latest difference; it stays, faded, while the next is computed or when that fails. */
export const difference = signal<{ readonly key: string; readonly value: Difference } | null>(null);
export const failure = signal<{ readonly key: string; readonly reason: string } | null>(null);
export const isOld = computed(() => difference.value !== null && difference.value.key !== asked.value?.key);
export const failed = computed(() => (failure.value?.key === asked.value?.key ? (failure.value?.reason ?? null) : null));

/** How the units change by what is tried out, or by what another part of the page tells; null while nothing does. */
export function changedUnits(): readonly ZoneChange[] | null {
  if (state.view.value !== "whatif") return changed.value;
  // A comparison colours the units itself.
  return difference.value === null || lentEdits.value !== null ? null : changedZones(difference.value.value, state.group.value);
}

/** Take a step; one that changes nothing, or is more than the service takes, is none. */
export function change(next: readonly Edit[]): void {
  if (next.length > MOST) return;
  batch(() => {
    if (editsText(next) !== editsText(edits.peek())) steps.value = stepped(steps.peek(), next);
    drag.value = null;
  });
}

export function undo(): void {
  steps.value = back(steps.peek());
}

export function redo(): void {
  steps.value = forth(steps.peek());
}

/** Edits that came with an address or a scenario, as a step of their own. */
export function open(found: readonly Edit[]): void {
  change(found);
}

/** Facilities of another service are others: only what is done to roads and ferries stays. */
function followService(): void {
  let service = state.question.peek()?.service;
  effect(() => {
    const next = state.question.value?.service;
    if (next === undefined || next === service) return;
    if (service !== undefined) {
      batch(() => {
        steps.value = begun(edits.peek().filter((one) => !isOfFacility(one)));
        chosen.value = null;
      });
    }
    service = next;
  });
}

/** Ask for the difference whenever edits or question change, while the view is open. */
export function followEdits(): void {
  const only = paced(async (one: Asked, signal) => {
    try {
      const value = await readDifference(one.query, one.edits, state.language.peek(), signal);
      if (!signal.aborted) difference.value = { key: one.key, value };
    } catch (reason) {
      if (!signal.aborted) failure.value = { key: one.key, reason: reason instanceof Error ? reason.message : String(reason) };
    }
  }, GAP_MS);
  followService();
  let reader = state.reader.peek();
  effect(() => {
    const [wanted, isOpen] = [asked.value, state.view.value === "whatif"];
    void state.language.value;
    if (state.reader.value !== reader) {
      // Whatever another reader was shown goes with that reader.
      only.stop();
      difference.value = null;
      reader = state.reader.peek();
    }
    if (!isOpen) return;
    if (wanted !== null) only.ask(wanted);
    else {
      only.stop();
      difference.value = null;
    }
  });
  effect(() => {
    if (state.view.value !== "whatif") tool.value = null;
  });
}
