/** Keeping a comparison as a study: its cells, and the same for whoever has its address. */

import { useState } from "preact/hooks";

import { signInAddress } from "../account";
import { word, type Language } from "../language";
import { Failed } from "../parts/Failed";
import * as state from "../state";
import * as trying from "../trying";
import * as comparing from "./comparing";
import { canKeep, keep } from "./kept";
import { say } from "./words";

function wordsOf(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason);
}

/** Whether the service knows who asks: then there are scenarios, and comparisons can be kept. */
export function isKnown(): boolean {
  return state.detail.value === "points" || state.account.value !== null;
}

export function Keep({ language }: { readonly language: Language }) {
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const { before, after, study } = comparing.asks.value;
  const query = state.asked.value?.query;
  if (study !== null) return <p class="quiet kept" role="status">{say("keepHint", language)}</p>;
  if (!isKnown()) return <p class="quiet">{say("keepSigned", language)} <a href={signInAddress(window.location, language)}>{word("signIn", language)}</a></p>;
  if (!canKeep(before, after)) return <p class="quiet">{say("saveFirst", language)}</p>;
  const run = (): void => {
    if (query === undefined) return;
    setBusy(true);
    setFailure(null);
    keep(before, after, query, trying.edits.peek(), language)
      .then((id) => comparing.ask({ study: id, way: "change" }))
      .catch((reason: unknown) => setFailure(wordsOf(reason)))
      .finally(() => setBusy(false));
  };
  return (
    <>
      <button type="button" class="plain" disabled={isBusy || query === undefined} onClick={run}>{say(isBusy ? "keeping" : "keep", language)}</button>
      {failure !== null && <Failed what={say("keepFailed", language)} why={failure} retry={run} />}
    </>
  );
}
