/** The answer first: the search while it goes on, the plan in a sentence, or what keeps it from being found. */

import { signInAddress } from "../account";
import { minutesText, numberText, shareText } from "../language";
import type { City } from "../page";
import { refresh } from "../parts/AccountLink";
import { isTime } from "../question";
import * as state from "../state";
import { sharesText } from "../whatIf";
import * as doing from "./doing";
import { Gap } from "./Gap";
import { gapText, rangeText, sentenceOf } from "./plan";
import { WORDS } from "./words";

function serviceTitle(city: City): string {
  const id = state.question.value?.service;
  return city.services.find((one) => one.id === id)?.title[state.language.value] ?? id ?? "";
}

/** While it is searched: what is known, how long it may take, and the way to end it. */
function Running({ city }: { readonly city: City }) {
  const language = state.language.value;
  const [now, ask] = [doing.search.value, doing.ask.value];
  if (now === null || ask === null) return null;
  const elapsed = doing.marks.value.at(-1)?.at ?? 0;
  const left = now.began === null ? null : Math.max(0, Math.ceil(ask.patience - elapsed));
  const unit = isTime(state.question.value?.measure ?? "") ? "s" : "m";
  const gap = now.job?.gap ?? null;
  return (
    <div class="running" aria-busy="true">
      <p class="running-words" role="status">
        {now.isEnding ? WORDS.ending[language] : (now.job?.message ?? WORDS.searching[language])}
      </p>
      <progress value={now.job?.progress ?? 0} max={100} aria-label={WORDS.searching[language]} />
      <p class="quiet running-left">
        {numberText(now.job?.progress ?? 0, language)}{language === "vi" ? "\u00a0%" : "%"}
        {gap !== null && <> · {WORDS.gap[language]} {shareText(gap, language)}</>}
        {left !== null && !now.isEnding && <> · {WORDS.leftTime[language]} {minutesText(left, language)} {WORDS.leftAfter[language]}</>}
      </p>
      <Gap marks={doing.marks.value} model={ask.model} unit={unit} gap={gap} />
      <button type="button" class="plain" disabled={now.job === null || now.isEnding} onClick={doing.end}>{WORDS.end[language]}</button>
      <span class="spoken">{serviceTitle(city)}</span>
    </div>
  );
}

function Told({ city }: { readonly city: City }) {
  const language = state.language.value;
  const [told, counts] = [doing.told.value, doing.counts.value];
  if (told === null || counts === null) return <h1>{WORDS.hint[language]}</h1>;
  const { plan, parameters } = told.study;
  const isFaded = doing.isOld.value || doing.search.value !== null;
  const shares = sharesText(counts, language);
  const lost = plan.uncoverable.people;
  const unit = isTime(parameters.after.measure) ? "s" : "m";
  const range = rangeText(plan, unit, language);
  return (
    <div class={isFaded ? "told-plan old" : "told-plan"} aria-busy={doing.search.value !== null}>
      {doing.isOld.value && <p class="quiet earlier">{WORDS.earlier[language]}</p>}
      <h1 aria-live="polite">
        {sentenceOf(told.study, counts, serviceTitle(city), language)}{" "}
        <span class="proof">{gapText(plan.gap, plan.status === "optimal", language)}</span>
      </h1>
      {shares && <p class="delta">{WORDS.beforeAfter[language]}: {shares}</p>}
      {range && <p class="quiet">{range}</p>}
      {plan.status !== "optimal" && <p class="quiet">{WORDS[plan.status === "cancelled" ? "stopped" : "timeOver"][language]}</p>}
      {lost !== null && lost > 0 && <p class="quiet">{WORDS.uncoverable[language].replace("{people}", numberText(Math.round(lost), language))}</p>}
      {doing.marks.value.length > 1 && doing.search.value === null && (
        <Gap marks={doing.marks.value} model={plan.model} unit={unit} gap={plan.gap} />
      )}
    </div>
  );
}

/** Who may not have it computed is told so, and how to become somebody who may. */
export function Forbidden() {
  const language = state.language.value;
  if (doing.isAllowed.value) return null;
  const isKnown = state.account.value !== null;
  return (
    <div class="notice" role="note">
      <p>{WORDS.forbidden[language]} {isKnown ? WORDS.forbiddenAccount[language] : (
        <a href={signInAddress(window.location, language)} onPointerDown={refresh} onPointerEnter={refresh} onFocus={refresh} onKeyDown={refresh}>
          {WORDS.signIn[language]}
        </a>
      )}</p>
      <p>{WORDS.openByLink[language]}</p>
    </div>
  );
}

function Failure() {
  const language = state.language.value;
  const found = doing.failed.value;
  if (found === null) return null;
  return (
    <div class="failed" role="alert">
      <p><b>{WORDS[found.of === "study" ? "studyFailed" : "failed"][language]}</b> {found.reason || WORDS.notSiting[language]}</p>
    </div>
  );
}

export function SearchPart({ city }: { readonly city: City }) {
  const language = state.language.value;
  const isOpening = doing.ask.value?.study != null && doing.told.value === null && doing.failed.value === null;
  return (
    <section class="answer" aria-label={WORDS.answer[language]}>
      <Failure />
      {doing.search.value !== null && <Running city={city} />}
      {isOpening ? <p class="quiet waiting" aria-busy="true">{WORDS.loadingPlan[language]}</p>
        : (doing.search.value === null || doing.told.value !== null) && <Told city={city} />}
    </section>
  );
}
