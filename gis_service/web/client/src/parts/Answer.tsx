/** The answer first: one sentence, and the communes where most people are outside. */

import { IN_NO_UNIT, sentenceOf, type Answer, type Zone } from "../answer";
import { numberText, shareText, word, type Language } from "../language";
import * as state from "../state";
import { Failed } from "./Failed";

function ZoneRow({ zone, language }: { readonly zone: Zone; readonly language: Language }) {
  return (
    <tr>
      <th scope="row">{zone.id === IN_NO_UNIT ? word("noUnit", language) : zone.name}</th>
      <td class="figure">{numberText(Math.round(zone.uncovered ?? 0), language)}</td>
      <td class="figure">{zone.share === null ? "–" : shareText(zone.share, language)}</td>
      <td class="bar" aria-hidden="true"><span><i style={{ width: `${(zone.share ?? 0) * 100}%` }} /></span></td>
    </tr>
  );
}

function Worst({ zones, language }: { readonly zones: readonly Zone[]; readonly language: Language }) {
  return (
    <table class="zones">
      <thead>
        <tr>
          <th scope="col">{word("zone", language)}</th>
          <th scope="col" class="figure">{word("outside", language)}</th>
          <th scope="col" class="figure" colSpan={2}>{word("within", language)}</th>
        </tr>
      </thead>
      <tbody>{zones.map((zone) => <ZoneRow key={zone.id} zone={zone} language={language} />)}</tbody>
    </table>
  );
}

function Told({ answer, language }: { readonly answer: Answer; readonly language: Language }) {
  const facilities = answer.study.inputs.facilities.layer;
  const service = state.readyLayers.value.find((layer) => layer.id === facilities)?.title ?? facilities;
  const sentence = sentenceOf(answer.study, service, language);
  return (
    <>
      <h1 aria-live="polite">
        {sentence.reached}{sentence.outside && <> <strong>{sentence.outside}</strong></>}
      </h1>
      {answer.worst.length > 0 && <Worst zones={answer.worst} language={language} />}
    </>
  );
}

export function AnswerPart({ retry }: { readonly retry: () => void }) {
  const language = state.language.value;
  const answer = state.answer.value;
  return (
    <section class="answer" aria-label={word("answer", language)}>
      {answer.state === "loading" && <p class="quiet" aria-busy="true">{word("loadingAnswer", language)}</p>}
      {answer.state === "failed" && <Failed what={word("answerFailed", language)} why={answer.reason} retry={retry} />}
      {answer.state === "ready" && (answer.value
        ? <Told answer={answer.value} language={language} />
        : <h1 class="quiet">{word("noAnswer", language)}</h1>)}
    </section>
  );
}
