/** The answer first: one sentence, how it differs from the other state, and what the chosen unit adds to it. */

import { changeBetween, comesToPeople, pointsText, sentenceOf, type Coverage } from "../answer";
import type { Answered } from "../asked";
import * as counting from "../counting";
import { minutesText, momentText, numberText, shareText, word, type Language } from "../language";
import type { City } from "../page";
import * as state from "../state";
import { Failed } from "./Failed";
import { questionText } from "./Question";
import { choiceText } from "./StateSwitch";

/** "Phường Trần Lãm" begins small inside a sentence; a unit known by its bare name keeps its capital. */
function unitInSentence(name: string): string {
  return name.replace(/^(Xã|Phường|Thị trấn|Đặc khu)(?= )/, (kind) => kind.toLocaleLowerCase("vi"));
}

/** How many percentage points more or fewer than in the other state, and who loses most by it. */
function Delta({ answered, language }: { readonly answered: Answered; readonly language: Language }) {
  const { asked, coverage, reference } = answered;
  if (!reference || !asked.other) return null;
  const change = changeBetween(reference, coverage, asked.question.group);
  if (!change) return null;
  const isSame = Math.abs(change.points) < 0.05;
  const losers = change.points < 0 ? change.losers : [];
  return (
    <p class="delta">
      <b class={isSame ? "same" : change.points < 0 ? "lost" : "gained"}>
        {isSame ? word("noChange", language) : pointsText(change.points, language)}
      </b>{" "}
      {word("againstBefore", language)} {choiceText(asked.other.choice, language)}
      {losers.length > 0 && <> · {word("loseMost", language)} {losers.map((one) => unitInSentence(one.name)).join(", ")}</>}
    </p>
  );
}

/** The chosen unit in one line. */
function UnitLine({ answer, language }: { readonly answer: Coverage; readonly language: Language }) {
  const zone = counting.zones.value.find((one) => one.id === state.unit.value);
  if (!zone) return null;
  const half = zone.median_s ?? null;
  return (
    <p class="unit-line">
      <b>{zone.name}</b>: {zone.share === null ? "–" : shareText(zone.share, language)}
      {zone.uncovered !== null && zone.uncovered > 0 && <> · <strong>{numberText(Math.round(zone.uncovered), language)} {word("peopleUnit", language)}</strong> {word("outsideOf", language)}</>}
      {half !== null && <> · {word(comesToPeople(answer) ? "halfReached" : "halfArrive", language)} {minutesText(Math.round(half), language)}</>}
    </p>
  );
}

interface ToldProps {
  readonly city: City;
  readonly answered: Answered;
  readonly language: Language;
}

function Told({ city, answered, language }: ToldProps) {
  const { asked: { question }, coverage } = answered;
  const figures = counting.figures.value;
  if (!figures) return null;
  const service = city.services.find((one) => one.id === question.service)?.title[language] ?? question.service;
  const group = city.groups.find((one) => one.id === question.group)?.title ?? null;
  const sentence = sentenceOf(counting.atLimit(coverage), figures, service, group, language);
  return (
    <div class={counting.isOld.value ? "told old" : "told"} aria-busy={counting.isOld.value}>
      <h1 aria-live="polite">
        {sentence.reached}{sentence.outside && <> <strong>{sentence.outside}</strong></>}
      </h1>
      {!counting.isCounted.value && <Delta answered={answered} language={language} />}
      <UnitLine answer={coverage} language={language} />
    </div>
  );
}

/** Which question the answer that is still there is for, and when it was received. */
function Earlier({ city, answered, language }: ToldProps) {
  const { question, choices } = answered.asked;
  return (
    <p class="quiet earlier">
      {word("earlier", language)}: {questionText(question, choices, city, language)} ({word("receivedAt", language)} {momentText(answered.at, new Date(), language)}).
    </p>
  );
}

export function AnswerPart({ city, retry }: { readonly city: City; readonly retry: () => void }) {
  const language = state.language.value;
  const [answered, failed, missing] = [state.answered.value, state.unanswered.value, state.placesFailure.value];
  return (
    <section class="answer" aria-label={word("answer", language)}>
      {failed && <Failed what={word(failed.of === "places" ? "placesFailed" : "answerFailed", language)} why={failed.reason} retry={retry} />}
      {!failed && missing !== null && <Failed what={word("placesMissing", language)} why={missing} retry={retry} />}
      {!failed && !answered && <p class="quiet waiting" aria-busy="true">{word("loadingAnswer", language)}</p>}
      {(failed || (state.isLate.value && counting.isOld.value)) && answered && <Earlier city={city} answered={answered} language={language} />}
      {answered?.isPartial && !state.isOld.value && <Failed what={word("partial", language)} retry={retry} />}
      {answered && <Told city={city} answered={answered} language={language} />}
    </section>
  );
}
