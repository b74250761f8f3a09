/** What becomes of a plan: its sites on the view of changes, or a scenario that is kept. */

import { batch } from "@preact/signals";
import { useState } from "preact/hooks";

import { send } from "../api";
import type { Language } from "../language";
import type { Scenario } from "../scenarios";
import * as state from "../state";
import * as trying from "../trying";
import * as doing from "./doing";
import { drawnEdits, scenarioOf, takenEdits, type PlanStudy } from "./plan";
import { WORDS } from "./words";

interface Props {
  readonly study: PlanStudy;
  readonly language: Language;
}

/** The edits of the plan take the place of those that were tried out, as a step that can be taken back. */
function openWhatIf(study: PlanStudy): void {
  const edits = drawnEdits(study, doing.left.peek(), state.placesTold.peek() ?? []);
  batch(() => {
    state.open("whatif");
    trying.open(edits);
  });
}

interface Outcome {
  readonly isFailure: boolean;
  readonly text: string;
}

function Keep({ study, language }: Props) {
  const [title, setTitle] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const isAble = title.trim() !== "" && !isBusy;
  const keep = (event: Event): void => {
    event.preventDefault();
    if (!isAble) return;
    setBusy(true);
    send<Scenario>("/scenarios", scenarioOf(study, doing.left.peek(), title.trim()), language)
      .then((kept) => {
        setOutcome({ isFailure: false, text: `${WORDS.scenarioKept[language]} “${kept.title[language]}”.` });
        setTitle("");
      })
      .catch((reason: unknown) => setOutcome({ isFailure: true, text: reason instanceof Error ? reason.message : String(reason) }))
      .finally(() => setBusy(false));
  };
  return (
    <form class="keep" onSubmit={keep}>
      <label>{WORDS.scenarioName[language]}
        <input type="text" maxLength={200} value={title} onInput={(event) => setTitle(event.currentTarget.value)} /></label>
      <button type="submit" class="plain" disabled={!isAble}>{WORDS.scenario[language]}</button>
      {outcome && <p role={outcome.isFailure ? "alert" : "status"} class={outcome.isFailure ? "failed" : "quiet"}>{outcome.text}</p>}
    </form>
  );
}

export function GoOn({ study, language }: Props) {
  if (study.scenario === null) return <p class="quiet">{WORDS.tooMany[language]}</p>;
  const isNone = takenEdits(study, doing.left.value).length === 0;
  return (
    <section class="go-on" aria-label={WORDS.go[language]}>
      <h2>{WORDS.go[language]}</h2>
      {isNone ? <p class="hint" role="status">{WORDS.noneTaken[language]}</p> : (
        <>
          <button type="button" class="plain" onClick={() => openWhatIf(study)}>{WORDS.whatIf[language]}</button>
          {trying.edits.value.length > 0 && <p class="quiet">{WORDS.drops[language]}</p>}
          {doing.isAllowed.value && <Keep study={study} language={language} />}
        </>
      )}
    </section>
  );
}
