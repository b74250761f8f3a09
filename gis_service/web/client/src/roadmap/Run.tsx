/** A roadmap that is being computed: where it stands, how long it still takes, and a way to end it. */

import { minutesText, type Language } from "../language";
import * as model from "./model";
import { cancel, failure, running } from "./runs";
import { say } from "./words";

const COARSE = 5;

/** Seconds as people wait for them: whole fives, and minutes from a minute on. */
export function waitText(seconds: number, language: Language): string {
  const rounded = seconds > 90 ? Math.round(seconds / 60) * 60 : Math.max(COARSE, Math.round(seconds / COARSE) * COARSE);
  return [say("left", language), minutesText(rounded, language), say("leftAfter", language)].filter(Boolean).join(" ");
}

export function RunPart({ language }: { readonly language: Language }) {
  const now = running.value;
  if (now === null) {
    const failed = failure.value;
    return failed === null ? null : (
      <div class={failed.what === "runFailed" ? "failed" : "run"} role={failed.what === "runFailed" ? "alert" : "status"}>
        <p>{[say(failed.what, language), failed.why, model.roadmap.value ? say("stillShown", language) : ""].filter(Boolean).join(" ")}</p>
        <button type="button" class="plain" onClick={() => { failure.value = null; }}>OK</button>
      </div>
    );
  }
  return (
    <div class="run" role="status">
      <p>{say("computing", language)}: {now.isQueued ? say("queued", language) : now.message}</p>
      <progress max={100} value={now.isQueued ? undefined : now.progress} aria-label={say("computing", language)} />
      <p class="quiet small">{now.left === null ? "" : waitText(now.left, language)}</p>
      <button type="button" class="plain" onClick={cancel}>{say("cancel", language)}</button>
    </div>
  );
}
