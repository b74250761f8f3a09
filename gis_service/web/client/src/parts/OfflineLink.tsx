/** Where the map that is seen now, with the answer that it shows, is had as a file. */

import { boundaryOf } from "../facilities";
import { word } from "../language";
import { drawable } from "../layers";
import { offlineUrl, type Seen } from "../offline/link";
import type { City } from "../page";
import * as state from "../state";
import { dayBefore } from "../vintages";

/** The day of the places that the answer counts. */
function dayOfAnswer(): string {
  const asked = state.answered.value?.asked;
  const boundary = asked?.places ? boundaryOf(asked.places, state.today) : null;
  return asked?.question.state === "before" && boundary !== null ? dayBefore(boundary) : state.day.value ?? state.today;
}

/** What the map shows: beside an answer its places too. */
function seenNow(): Seen {
  const able = drawable(state.readyLayers.value);
  const units = state.vintage.value?.layer ?? null;
  const box = state.seen.value;
  const answered = state.view.value === "coverage" ? state.answered.value : null;
  if (answered === null) return { able, shown: state.shown.value, units, box, day: state.day.value, answer: null };
  const shown = new Set([...state.shown.value, answered.asked.question.service]);
  return { able, shown, units, box, day: dayOfAnswer(), answer: answered.asked.query };
}

export function OfflineLink({ city }: { readonly city: City }) {
  const language = state.language.value;
  const seen = seenNow();
  // It says what it takes: beside any other part of the page the layers only.
  const words = word(seen.answer === null ? "takeLayersOffline" : "takeAnswerOffline", language);
  return <a class="about-layers" download href={offlineUrl(seen, city, language)}>{words}</a>;
}
