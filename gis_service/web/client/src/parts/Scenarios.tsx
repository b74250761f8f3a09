/** Keeping what is tried out under a name, and opening it again; for those who have signed in. */

import { useEffect, useState } from "preact/hooks";

import { signInAddress } from "../account";
import { numberText, word, type Language } from "../language";
import { openedEdits } from "../opened";
import { keepScenario, readScenario, readScenarios, type Scenario } from "../scenarios";
import * as state from "../state";
import { LOADING, type Loaded } from "../state";
import * as trying from "../trying";
import { Failed } from "./Failed";

function wordsOf(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason);
}

/** The reader's scenarios, and a way to ask for them again. */
function useScenarios(language: Language): [Loaded<readonly Scenario[]>, () => void] {
  const [loaded, setLoaded] = useState<Loaded<readonly Scenario[]>>(LOADING);
  const [attempt, setAttempt] = useState(0);
  const reader = state.reader.value;
  useEffect(() => {
    const stop = new AbortController();
    readScenarios(language, stop.signal)
      .then((value) => setLoaded({ state: "ready", value }))
      .catch((reason: unknown) => { if (!stop.signal.aborted) setLoaded({ state: "failed", reason: wordsOf(reason) }); });
    return () => stop.abort();
  }, [language, attempt, reader]);
  return [loaded, () => setAttempt(attempt + 1)];
}

interface Outcome {
  readonly isFailure: boolean;
  readonly text: string;
}

/** Open a scenario: its edits, and, where it is about another service, its question. */
async function openScenario(id: string, language: Language): Promise<Outcome | null> {
  const kept = await readScenario(id, language);
  const standard = state.city.peek()?.standards.find((one) => one.id === kept.inputs.standard);
  if (standard && standard.service !== state.question.peek()?.service) {
    const name = state.city.peek()?.services.find((one) => one.id === standard.service)?.title[language];
    return { isFailure: true, text: `${word("scenarioOfService", language)} ${name ?? standard.service}.` };
  }
  const { edits, left } = openedEdits(kept.edits, state.placesTold.peek() ?? []);
  trying.open(edits);
  return left === 0 ? null : { isFailure: true, text: `${word("editsLeft", language)}: ${numberText(left, language)}.` };
}

function Keep({ language, again }: { readonly language: Language; readonly again: () => void }) {
  const [title, setTitle] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const query = state.asked.value?.query;
  const isAble = query !== undefined && trying.edits.value.length > 0 && title.trim() !== "" && !isBusy;
  const keep = (event: Event): void => {
    event.preventDefault();
    if (!isAble) return;
    setBusy(true);
    keepScenario(title.trim(), query, trying.edits.peek(), language)
      .then((kept) => {
        setOutcome({ isFailure: false, text: `${word("scenarioKept", language)} “${kept.title[language]}”.` });
        setTitle("");
        again();
      })
      .catch((reason: unknown) => setOutcome({ isFailure: true, text: wordsOf(reason) }))
      .finally(() => setBusy(false));
  };
  return (
    <form class="keep" onSubmit={keep}>
      <label>{word("scenarioName", language)}
        <input type="text" maxLength={200} value={title} onInput={(event) => setTitle(event.currentTarget.value)} /></label>
      <button type="submit" class="plain" disabled={!isAble}>{word("keepScenario", language)}</button>
      {outcome && <p role={outcome.isFailure ? "alert" : "status"} class={outcome.isFailure ? "failed" : "quiet"}>{outcome.text}</p>}
    </form>
  );
}

function Open({ list, language }: { readonly list: readonly Scenario[]; readonly language: Language }) {
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  if (list.length === 0) return null;
  const choose = (id: string): void => {
    if (id === "") return;
    openScenario(id, language).then(setOutcome).catch((reason: unknown) => setOutcome({ isFailure: true, text: wordsOf(reason) }));
  };
  return (
    <>
      <label class="choice">{word("openScenario", language)}
        <select value="" onChange={(event) => choose(event.currentTarget.value)}>
          <option value="">–</option>
          {list.map((one) => <option key={one.id} value={one.id}>{one.title[language]} ({numberText(one.count, language)})</option>)}
        </select>
      </label>
      {outcome && <p role="alert" class="failed">{outcome.text}</p>}
    </>
  );
}

function Signed({ language }: { readonly language: Language }) {
  const [loaded, again] = useScenarios(language);
  return (
    <section class="scenarios" aria-label={word("scenarios", language)}>
      <h2>{word("scenarios", language)}</h2>
      {trying.edits.value.length > 0 && <Keep language={language} again={again} />}
      {loaded.state === "failed" && <Failed what={word("scenariosFailed", language)} why={loaded.reason} retry={again} />}
      {loaded.state === "ready" && <Open list={loaded.value} language={language} />}
    </section>
  );
}

export function Scenarios({ language }: { readonly language: Language }) {
  // Only who is known to the service keeps scenarios; the address holds them for everybody else.
  if (state.detail.value === "points" || state.account.value !== null) return <Signed language={language} />;
  if (trying.edits.value.length === 0) return null;
  return <p class="quiet keep-hint">{word("linkKeeps", language)} <a href={signInAddress(window.location, language)}>{word("signInToKeep", language)}</a></p>;
}
