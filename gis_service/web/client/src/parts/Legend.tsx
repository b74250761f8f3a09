/** What the colours and dots on the map mean, in numbers; on the map, and on a phone in the sheet. */

import { Fragment } from "preact";

import type { Answer } from "../answer";
import { countsOf, RAMP, stepText } from "../coverage";
import { numberText, word, type Language } from "../language";
import { canClose } from "../layers";
import { closedLook } from "../legend";
import * as state from "../state";
import { Swatch } from "./Swatch";

/** The steps of the ramp with their numbers: what each means, and how many units stand on it. */
function Ramp({ answer, language }: { readonly answer: Answer; readonly language: Language }) {
  const counts = countsOf(answer.study.zones);
  return (
    <table class="ramp">
      <caption>{word("coverageLegend", language)}</caption>
      <tbody>
        {RAMP.map((step, index) => (
          <tr key={step.from}>
            <td><i style={{ background: step.colour }} /></td>
            <th scope="row">{stepText(index, language)}</th>
            <td class="figure">{numberText(counts[index] ?? 0, language)} {word("units", language)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function Legend() {
  const answer = state.answerOnMap.value;
  const language = state.language.value;
  const layers = state.shownLayers.value.filter((layer) => layer.id !== answer?.study.inputs.zones?.layer);
  if (layers.length === 0 && !answer) return null;
  return (
    <aside class="legend" aria-label={word("layers", language)}>
      {answer && <Ramp answer={answer} language={language} />}
      <ul>
        {layers.map((layer) => (
          <Fragment key={layer.id}>
            <li><Swatch look={layer.look} />{layer.title}</li>
            {canClose(layer) && (
              <li><Swatch look={closedLook(layer.look)} />{layer.title}, {word("closed", language)}</li>
            )}
          </Fragment>
        ))}
      </ul>
    </aside>
  );
}
