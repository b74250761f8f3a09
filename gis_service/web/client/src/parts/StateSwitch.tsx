/** The switch over the map: which places count, and how many of the closed ones stay as branches. */

import { numberText, shareText, word, type Language, type Text } from "../language";
import type { StateChoice } from "../facilities";
import * as state from "../state";

function counted(count: number, one: Text, language: Language): string {
  const plural = one.en === "branch" ? "es" : "s";
  const name = language === "vi" || count === 1 ? one[language] : one.en + plural;
  return `${numberText(count, language)} ${name}`;
}

/** "242 điểm · 2024", "65 điểm + 71 điểm phụ"; short, for a phone, "242 · 2024", "65 + 71". */
export function choiceText(choice: StateChoice, language: Language, isShort = false): string {
  if (isShort) {
    const open = numberText(choice.open, language);
    return choice.state === "branches" ? `${open} + ${numberText(choice.branches, language)}` : `${open} · ${choice.year}`;
  }
  const places = counted(choice.open, { vi: "điểm", en: "place" }, language);
  if (choice.state !== "branches") return `${places} · ${choice.year}`;
  return `${places} + ${counted(choice.branches, { vi: "điểm phụ", en: "branch" }, language)}`;
}

/** Shares of this slider are whole percents. */
function wholeShare(share: number, language: Language): string {
  return shareText(Math.round(share * 100) / 100, language).replace(/[.,]0/, "");
}

function Share({ language }: { readonly language: Language }) {
  const question = state.asked.value?.question;
  if (question?.state !== "branches") return null;
  const percent = Math.round(question.share * 100);
  return (
    <label class="share">
      <span>{word("kept", language)} <b>{wholeShare(question.share, language)}</b> {word("keptOf", language)}</span>
      <input type="range" min={0} max={100} step={5} value={percent}
        aria-valuetext={wholeShare(question.share, language)}
        onChange={(event) => state.ask({ share: Number(event.currentTarget.value) / 100 })} />
    </label>
  );
}

/** The name of a choice; where there is room for the short one only, the full one is still spoken. */
function Named({ choice, language }: { readonly choice: StateChoice; readonly language: Language }) {
  const full = choiceText(choice, language);
  if (!state.isPhone.value) return <>{full}</>;
  return <><span aria-hidden="true">{choiceText(choice, language, true)}</span><span class="spoken">{full}</span></>;
}

export function StateSwitch() {
  const language = state.language.value;
  const choices = state.choices.value;
  const question = state.asked.value?.question;
  if (choices.length === 0 || !question || state.view.value !== "coverage") return null;
  return (
    <div class="states">
      <div class="switch" role="group" aria-label={word("states", language)}>
        {choices.map((choice) => (
          <button key={choice.state} type="button" aria-pressed={choice.state === question.state}
            title={choiceText(choice, language)} onClick={() => state.ask({ state: choice.state })}>
            <Named choice={choice} language={language} />
          </button>
        ))}
      </div>
      <Share language={language} />
    </div>
  );
}
