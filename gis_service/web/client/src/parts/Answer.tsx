/** The answer first: one sentence, how it differs from the other state, and what the chosen unit adds to it. */

import { changeBetween, sentenceOf, type Coverage, type Figures } from "../answer";
import type { StateChoice } from "../facilities";
import { numberText, shareText, word, type Language } from "../language";
import type { City } from "../page";
import * as state from "../state";
import { durationText } from "../why";
import { Failed } from "./Failed";
import { choiceText } from "./StateSwitch";

function pointsText(points: number, language: Language): string {
  const size = numberText(Math.abs(points), language, 1);
  const sign = points < 0 ? "−" : "+";
  if (language === "vi") return `${sign}${size} điểm %`;
  return `${sign}${size} points`;
}

/** "Phường Trần Lãm" begins small inside a sentence; a unit known by its bare name keeps its capital. */
function unitInSentence(name: string): string {
  return name.replace(/^(Xã|Phường|Thị trấn|Đặc khu)(?= )/, (kind) => kind.toLocaleLowerCase("vi"));
}

/** How many percentage points more or fewer than in the other state, and who loses most by it. */
function Delta({ answer, language }: { readonly answer: Coverage; readonly language: Language }) {
  const reference = state.reference.value;
  const question = state.question.value;
  const other: StateChoice | undefined = state.choices.value.find(
    (choice) => choice.state === (question?.state === "before" ? "today" : "before"));
  if (!reference || !other) return null;
  const change = changeBetween(reference, answer, state.group.value);
  if (!change) return null;
  const isSame = Math.abs(change.points) < 0.05;
  const losers = change.points < 0 ? change.losers : [];
  return (
    <p class="delta">
      <b class={isSame ? "same" : change.points < 0 ? "lost" : "gained"}>
        {isSame ? word("noChange", language) : pointsText(change.points, language)}
      </b>{" "}
      {word("againstBefore", language)} {choiceText(other, language)}
      {losers.length > 0 && <> · {word("loseMost", language)} {losers.map((one) => unitInSentence(one.name)).join(", ")}</>}
    </p>
  );
}

/** The chosen unit in one line. */
function UnitLine({ language }: { readonly language: Language }) {
  const zone = state.zones.value.find((one) => one.id === state.unit.value);
  if (!zone) return null;
  const half = zone.median_s ?? null;
  return (
    <p class="unit-line">
      <b>{zone.name}</b>: {zone.share === null ? "–" : shareText(zone.share, language)}
      {zone.uncovered !== null && zone.uncovered > 0 && <> · <strong>{numberText(Math.round(zone.uncovered), language)} {word("peopleUnit", language)}</strong> {word("outsideOf", language)}</>}
      {half !== null && <> · {word("halfArrive", language)} {durationText(half, language)}</>}
    </p>
  );
}

interface ToldProps {
  readonly city: City;
  readonly answer: Coverage;
  readonly figures: Figures;
  readonly language: Language;
}

function Told({ city, answer, figures, language }: ToldProps) {
  const facilities = answer.inputs.facilities.layer;
  const service = city.services.find((one) => one.id === facilities)?.title[language] ?? facilities;
  const group = city.groups.find((one) => one.id === state.group.value)?.title ?? null;
  const sentence = sentenceOf(answer, figures, service, group, language);
  return (
    <div class={state.isOld.value ? "told old" : "told"} aria-busy={state.isOld.value}>
      <h1 aria-live="polite">
        {sentence.reached}{sentence.outside && <> <strong>{sentence.outside}</strong></>}
      </h1>
      <Delta answer={answer} language={language} />
      <UnitLine language={language} />
    </div>
  );
}

export function AnswerPart({ city, retry }: { readonly city: City; readonly retry: () => void }) {
  const language = state.language.value;
  const coverage = state.coverage.value;
  const figures = state.figures.value;
  return (
    <section class="answer" aria-label={word("answer", language)}>
      {coverage.state === "loading" && <p class="quiet waiting" aria-busy="true">{word("loadingAnswer", language)}</p>}
      {coverage.state === "failed" && <Failed what={word("answerFailed", language)} why={coverage.reason} retry={retry} />}
      {coverage.state === "ready" && figures && <Told city={city} answer={coverage.value} figures={figures} language={language} />}
    </section>
  );
}
