/** The switch over the map: which places count, and how many of the closed ones stay as branches. */

import { numberText, shareText, word, type Language } from "../language";
import type { StateChoice } from "../facilities";
import * as state from "../state";

/** "242 điểm · 2024", "65 điểm + 71 điểm phụ"; short, for a phone, "242 · 2024", "65 + 71". */
export function choiceText(choice: StateChoice, language: Language, isShort = false): string {
  const open = numberText(choice.open, language);
  if (isShort) return choice.state === "branches" ? `${open} + ${numberText(choice.branches, language)}` : `${open} · ${choice.year}`;
  const vi = language === "vi";
  const places = vi ? `${open} điểm` : `${open} places`;
  if (choice.state !== "branches") return `${places} · ${choice.year}`;
  const branches = numberText(choice.branches, language);
  return vi ? `${places} + ${branches} điểm phụ` : `${places} + ${branches} branches`;
}

/** Shares of this slider are whole percents. */
function wholeShare(share: number, language: Language): string {
  return shareText(Math.round(share * 100) / 100, language).replace(/[.,]0/, "");
}

function Share({ language }: { readonly language: Language }) {
  const question = state.question.value;
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

export function StateSwitch() {
  const language = state.language.value;
  const choices = state.choices.value;
  const question = state.question.value;
  if (choices.length === 0 || !question || state.view.value !== "coverage") return null;
  return (
    <div class="states">
      <div class="switch" role="group" aria-label={word("states", language)}>
        {choices.map((choice) => (
          <button key={choice.state} type="button" aria-pressed={choice.state === question.state}
            title={choiceText(choice, language)} onClick={() => state.ask({ state: choice.state })}>
            {choiceText(choice, language, state.isPhone.value)}
          </button>
        ))}
      </div>
      <Share language={language} />
    </div>
  );
}
