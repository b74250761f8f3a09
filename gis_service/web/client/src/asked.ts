/** The question as it is asked of the service, with all that its answer will be told by; and the answer with it. */

import type { Coverage } from "./answer";
import type { Cells } from "./cells";
import { boundaryOf, choicesOf, type Facility, type StateChoice } from "./facilities";
import type { City } from "./page";
import { apiQuery, type Question, type State } from "./question";

export interface Asked {
  readonly question: Question;
  /** The question as the service takes it. */
  readonly query: string;
  /** Places of the service; null when they could not be read. */
  readonly places: readonly Facility[] | null;
  readonly choices: readonly StateChoice[];
  /** The state to compare with: the one before the change, or, standing there, the one of today. */
  readonly other: { readonly query: string; readonly choice: StateChoice } | null;
}

/** An answer and the question it is for: whatever is told of the one is told in the words of the other. */
export interface Answered {
  readonly asked: Asked;
  /** Which reading of the question this is; a later one makes it old. */
  readonly round: number;
  /** When the answer was received; the service may have computed it before. */
  readonly at: Date;
  readonly coverage: Coverage;
  /** These come after the answer, or not at all. */
  readonly cells: Cells | null;
  readonly reference: Coverage | null;
  /** Whether one of them could not be read; without people outside the map would look as if there were none. */
  readonly isPartial: boolean;
}

/** Equal in every part; a question is a flat record. */
export function isSame(a: Question | null, b: Question | null): boolean {
  if (a === null || b === null) return a === b;
  return (Object.keys(a) as (keyof Question)[]).every((part) => a[part] === b[part]);
}

/**
 * What is asked; null while it is not known what the state means.
 *
 * Without its places only the state of today can be asked about: the others begin or end on a day that only the
 * places tell. A state that a service never had is the one of today.
 */
export function askedOf(question: Question, city: City, places: readonly Facility[] | null, today: string): Asked | null {
  if (places === null) {
    if (question.state !== "today") return null;
    return { question, query: apiQuery(question, city, null), places, choices: [], other: null };
  }
  const boundary = boundaryOf(places, today);
  const choices = choicesOf(places, city, question, today);
  const settled: Question = choices.some(({ state }) => state === question.state) ? question : { ...question, state: "today" };
  const otherState: State = settled.state === "before" ? "today" : "before";
  const choice = choices.find(({ state }) => state === otherState);
  return {
    question: settled,
    query: apiQuery(settled, city, boundary),
    places,
    choices,
    other: choice ? { query: apiQuery({ ...settled, state: otherState }, city, boundary), choice } : null,
  };
}
