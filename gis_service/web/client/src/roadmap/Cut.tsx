/** Cutting a budget: the money of each phase, a cut for all, and what that makes slip. */

import { useEffect, useState } from "preact/hooks";

import { shareText, type Language } from "../language";
import { firstText, hasBudgets, inputsOf, millionIn, MOST_CUT, openPhases } from "./budgets";
import { Slips } from "./Best";
import type { Roadmap } from "./document";
import { phaseName } from "./stops";
import { RunPart } from "./Run";
import { running, start } from "./runs";
import { cutText } from "./told";
import { say } from "./words";

function textsOf(roadmap: Roadmap, language: Language): Readonly<Record<string, string>> {
  return Object.fromEntries(openPhases(roadmap).map(({ id }) => [id, firstText(roadmap, id, language)]));
}

interface Props {
  readonly roadmap: Roadmap;
  readonly language: Language;
}

function Field({ name, text, set, language }: { readonly name: string; readonly text: string; readonly set: (text: string) => void; readonly language: Language }) {
  const isWrong = millionIn(text, language) === "wrong";
  return (
    <label class="budget">
      <span>{name}</span>
      <input type="text" inputMode="decimal" value={text} aria-invalid={isWrong} onInput={(event) => set(event.currentTarget.value)} />
      {isWrong && <small class="wrong" role="alert">{say("budgetWrong", language)}</small>}
    </label>
  );
}

export function CutPart({ roadmap, language }: Props) {
  const [texts, setTexts] = useState(() => textsOf(roadmap, language));
  const [cut, setCut] = useState(roadmap.parameters.cut ?? 0);
  useEffect(() => {
    setTexts(textsOf(roadmap, language));
    setCut(roadmap.parameters.cut ?? 0);
  }, [roadmap, language]);
  const inputs = inputsOf(roadmap, texts, cut, language);
  const percent = shareText(cut / 100, language).replace(/[.,]0(?=\D|$)/, "");
  const told = roadmap.best ? cutText(roadmap.best, language) : null;
  const submit = (event: Event): void => {
    event.preventDefault();
    if (inputs !== null) void start(inputs);
  };
  return (
    <section class="cut" aria-label={say("cut", language)}>
      <h2>{say("cut", language)}</h2>
      {told !== null && <p class="best-told" aria-live="polite">{told}</p>}
      <Slips roadmap={roadmap} language={language} />
      <form onSubmit={submit}>
        <label class="cut-by">
          <span>{say("cutBy", language)} <b>{percent}</b></span>
          <input type="range" min={0} max={MOST_CUT} step={5} value={cut} aria-valuetext={percent} onInput={(event) => setCut(Number(event.currentTarget.value))} />
        </label>
        <fieldset>
          <legend>{say("budgetOf", language)}</legend>
          {openPhases(roadmap).map(({ id }) => (
            <Field key={id} name={phaseName(id, roadmap.phases, language)} text={texts[id] ?? ""} language={language}
              set={(text) => setTexts({ ...texts, [id]: text })} />
          ))}
        </fieldset>
        <p class="quiet small">{say(hasBudgets(roadmap) ? "budgetEmpty" : "budgetHint", language)}</p>
        <RunPart language={language} />
        <button type="submit" class="main" disabled={inputs === null || running.value !== null}>{say("computeAgain", language)}</button>
      </form>
    </section>
  );
}
