/** Counting at a limit that is still under the finger: by the compact product of the question, without asking again. */

import { computed, effect, signal } from "@preact/signals";

import type { Coverage, Zone } from "./answer";
import { readBytes } from "./api";
import { isSame } from "./asked";
import { figuresAt, readProduct, type Figures, type Product } from "./product";
import * as state from "./state";

/** Words of a question that do not change its product, which is one for all limits. */
const OF_LIMIT = "limit";

/** The address of the product of a question; a role that sees homes counts them, everybody else the sums that all may read. */
export function productPath(query: string, detail: "cells" | "points"): string {
  const params = new URLSearchParams(query);
  params.delete(OF_LIMIT);
  if (detail === "points") params.set("detail", "points");
  return `/coverage/product?${params.toString()}`;
}

/** The product of the answer that is shown, and the reading it belongs to. */
const product = signal<{ readonly key: string; readonly value: Product } | null>(null);

const wanted = computed(() => {
  const answered = state.answered.value;
  return answered === null ? null : { path: productPath(answered.asked.query, state.detail.value), round: answered.round };
});
/** Each look at homes is recorded, so they are asked for when somebody takes hold of the limit, and not before. */
const isDue = computed(() => state.detail.value === "cells" || state.draftLimit.value !== null);

/**
 * The limit that is shown though no answer has come for it: the one under the finger, or the one just asked for.
 *
 * Null while the answer stands as it is, or when the question differs from it by more than its limit.
 */
export const ahead = computed<number | null>(() => {
  const [answered, asked] = [state.answered.value, state.asked.value];
  if (answered === null || asked === null || answered.round !== state.round.value) return null;
  const { question } = answered.asked;
  // What could not be answered is told so, beside the earlier answer.
  if (state.unanswered.value !== null) return null;
  if (!isSame({ ...question, limit: asked.question.limit }, asked.question)) return null;
  const limit = state.draftLimit.value ?? asked.question.limit;
  return limit === question.limit ? null : limit;
});

interface Counted {
  readonly all: Figures;
  readonly units: ReadonlyMap<string, Figures>;
}

/** Figures at the limit that is ahead, of the group that is asked about; null without them. */
const counted = computed<Counted | null>(() => {
  const [limit, held, own, group] = [ahead.value, product.value, wanted.value, state.group.value];
  if (limit === null || held === null || own === null || held.key !== `${own.round} ${own.path}`) return null;
  const column = held.value.groups.indexOf(group);
  if (column < 0) return null;
  const [all, ...units] = figuresAt(held.value, limit).map((row) => row[column]);
  if (all === undefined) return null;
  // All people stand before the units.
  const ids = held.value.rows.slice(1).map(({ id }) => id);
  return { all, units: new Map(ids.flatMap((id, index) => (units[index] ? [[id, units[index]] as const] : []))) };
});

/** Whether what is shown is counted here, for a limit that no answer has come for yet. */
export const isCounted = computed(() => counted.value !== null);

function shareOf({ total, covered }: Figures): number | null {
  return total === null || covered === null || total === 0 ? null : covered / total;
}

/** Units with the figures that were counted; times by which people arrive do not hang on the limit. */
export const zones = computed<readonly Zone[]>(() => {
  const units = counted.value?.units;
  if (units === undefined) return state.zones.value;
  return state.zones.value.map((zone) => {
    const figures = units.get(zone.id);
    return figures ? { ...zone, ...figures, share: shareOf(figures) } : zone;
  });
});

export const figures = computed(() => {
  const [told, all] = [state.figures.value, counted.value?.all];
  return told && all ? { ...told, ...all, share: shareOf(all) } : told;
});

/** The answer with the limit that its figures are counted at. */
export function atLimit(coverage: Coverage): Coverage {
  if (!isCounted.value || ahead.value === null) return coverage;
  return { ...coverage, parameters: { ...coverage.parameters, limit: ahead.value } };
}

/** Whether what is shown is no longer, or not yet, what is asked: what is counted here is not old. */
export const isOld = computed(() => state.isOld.value && !isCounted.value);

/** Keep the product of the answer at hand; without it the answer only waits for the service. */
export function followProduct(): void {
  let end = new AbortController();
  /** What is held, or on its way. */
  let kept: string | null = null;
  effect(() => {
    const [own, due] = [wanted.value, isDue.value];
    const key = own && `${own.round} ${own.path}`;
    if (key === kept) return;
    end.abort();
    [product.value, kept] = [null, null];
    if (own === null || key === null || !due) return;
    end = new AbortController();
    const { signal: stop } = end;
    kept = key;
    readBytes(own.path, state.language.peek(), stop)
      .then((file) => { if (!stop.aborted) product.value = { key, value: readProduct(file) }; })
      .catch(() => { if (!stop.aborted) kept = null; });
  });
}
