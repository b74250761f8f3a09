/** The question in chips: the aim, how many, among which candidates, and what else has to hold. */

import { useState } from "preact/hooks";

import { minutesText, numberText, type Language } from "../language";
import type { City } from "../page";
import { PlusIcon } from "../parts/icons";
import { coordinatesIn } from "../search";
import * as state from "../state";
import type { Loaded } from "../state";
import { DRAWS, hasCandidates, MODELS, MOST_SITES, PATIENCES, withLayer, withoutPlace, wordedField, type Ask, type Model } from "./ask";
import { sourceLayers, type Candidates } from "./candidates";
import { ByName, MarkedPart } from "./ChosenPart";
import { Choice, Whole } from "./chips";
import * as doing from "./doing";
import { Forbidden } from "./SearchPart";
import { WORDS } from "./words";

const MOST_MONEY = 1e15;
const MOST_METRES = 100_000;
const USUAL_BUDGET = 100;
const PRESSED = "";

interface Props {
  readonly ask: Ask;
  readonly city: City;
  readonly language: Language;
}

function HowMany({ ask, language }: Props) {
  if (ask.model === "lscp") return null;
  const by = ask.budget === null ? "number" : "budget";
  return (
    <>
      <Choice label={WORDS.by[language]} value={by} onChange={(value) => doing.change({ ...ask, budget: value === "budget" ? USUAL_BUDGET : null })}>
        <option value="number">{WORDS.byNumber[language]}</option>
        <option value="budget">{WORDS.byBudget[language]}</option>
      </Choice>
      {ask.budget === null
        ? <Whole label={WORDS[ask.closable ? "sitesAndKept" : "sites"][language]} value={ask.sites} least={1} most={MOST_SITES} onChange={(value) => { if (value !== null) doing.change({ ...ask, sites: value }); }} />
        : <Whole label={WORDS.budget[language]} value={ask.budget} least={0} most={MOST_MONEY} onChange={(value) => { if (value !== null) doing.change({ ...ask, budget: value }); }} />}
    </>
  );
}

/** Which layer the candidates are of, or the places on the map. */
function From({ ask, city, language }: Props) {
  const layers = sourceLayers(state.readyLayers.value, city, state.question.value?.service ?? "");
  const isListed = ask.layer === null || layers.some((one) => one.id === ask.layer);
  return (
    <Choice label={WORDS.from[language]} value={ask.layer ?? PRESSED} onChange={(value) => {
      doing.isPlacing.value = value === PRESSED;
      doing.change(withLayer(ask, value === PRESSED ? null : value, city));
    }}>
      <option value={PRESSED}>{WORDS.pressed[language]}</option>
      {!isListed && <option value={ask.layer ?? PRESSED}>{ask.layer}</option>}
      {layers.map((one) => <option key={one.id} value={one.id}>{one.title}</option>)}
    </Choice>
  );
}

/** Values of the layer's field of fixed words, and the column of costs under a budget. */
function OfLayer({ ask, city, language }: Props) {
  if (ask.layer === null) return null;
  const field = wordedField(city, ask.layer);
  const costs = (city.fields[ask.layer] ?? []).filter(({ unit, words, isDate }) => unit !== null && !isDate && Object.keys(words).length === 0);
  const toggle = (value: string, isOn: boolean): void => {
    const values = isOn ? [...ask.values, value] : ask.values.filter((one) => one !== value);
    doing.change({ ...ask, values, fixed: [], excluded: [] });
  };
  return (
    <>
      {ask.budget !== null && costs.length > 0 && (
        <Choice label={WORDS.costField[language]} value={ask.costField ?? ""} onChange={(value) => doing.change({ ...ask, costField: value || null })}>
          <option value="">–</option>
          {costs.map((one) => <option key={one.name} value={one.name}>{one.label[language]}</option>)}
        </Choice>
      )}
      {field && (
        <details class="values">
          <summary>{WORDS.onlyValues[language]}: {ask.values.map((one) => field.words[one]?.[language] ?? one).join(", ") || "–"}</summary>
          <fieldset>
            <legend class="spoken">{field.label[language]}</legend>
            {Object.entries(field.words).map(([value, title]) => (
              <label key={value}>
                <input type="checkbox" checked={ask.values.includes(value)} onChange={(event) => toggle(value, event.currentTarget.checked)} /> {title[language]}
              </label>
            ))}
          </fieldset>
        </details>
      )}
    </>
  );
}

/** Coordinates of one more candidate, for those who do not press the map. */
function Typed({ language }: { readonly language: Language }) {
  const [isWrong, setWrong] = useState(false);
  const take = (field: HTMLInputElement): void => {
    const at = field.value.trim() === "" ? null : (coordinatesIn(field.value)?.at ?? null);
    setWrong(field.value.trim() !== "" && at === null);
    if (at === null) return;
    doing.addPlace(at);
    field.value = "";
  };
  return (
    <label class="coordinates">
      {WORDS.coordinates[language]}
      <input type="text" inputMode="decimal" aria-invalid={isWrong} onChange={(event) => take(event.currentTarget)} />
      {isWrong && <small class="wrong" role="alert">{WORDS.coordinatesWrong[language]}</small>}
    </label>
  );
}

/** The places that were pressed: a list that says what the map shows. */
function Places({ ask, language }: Props) {
  if (ask.layer !== null) return null;
  const isOn = doing.isPlacing.value;
  const cost = (id: string, value: number | null): void => {
    doing.change({ ...ask, places: ask.places.map((one) => (one.id === id ? { ...one, cost: value } : one)) });
  };
  return (
    <div class="places">
      <button type="button" class="plain place" aria-pressed={isOn} onClick={() => { doing.isPlacing.value = !isOn; }}><PlusIcon />{WORDS.place[language]}</button>
      {isOn && <p class="hint" role="status">{WORDS.placing[language]}</p>}
      {ask.places.length > 0 && (
        <ol aria-label={WORDS.candidates[language]}>
          {ask.places.map(({ id, at, cost: now }) => {
            const name = `${WORDS.candidate[language]} ${id.replace(/^n/, "")}`;
            return (
              <li key={id}>
                <i class="diamond" aria-hidden="true" />
                <span>{name} <small class="quiet">{at[1].toFixed(4)}, {at[0].toFixed(4)}</small></span>
                {ask.budget !== null && <Whole label={WORDS.cost[language]} spoken={`${WORDS.cost[language]}: ${name}`} value={now} least={0} most={MOST_MONEY} onChange={(value) => cost(id, value)} />}
                <button type="button" class="take-back" aria-label={`${WORDS.remove[language]}: ${name}`} title={WORDS.remove[language]}
                  onClick={() => doing.change(withoutPlace(ask, id))}>×</button>
              </li>
            );
          })}
        </ol>
      )}
      {isOn && <Typed language={language} />}
    </div>
  );
}

function More({ ask, candidates, goTo, language }: Omit<Props, "city"> & MoreProps) {
  return (
    <details class="more">
      <summary>{WORDS.more[language]}</summary>
      <div class="question">
        <Whole label={WORDS.spacing[language]} value={ask.spacing} least={1} most={MOST_METRES} onChange={(spacing) => doing.change({ ...ask, spacing })} />
        {ask.layer !== null && <Whole label={WORDS.thin[language]} value={ask.thin} least={10} most={MOST_METRES} onChange={(thin) => doing.change({ ...ask, thin })} />}
        <Choice label={WORDS.patience[language]} value={String(ask.patience)} onChange={(value) => doing.change({ ...ask, patience: Number(value) })}>
          {PATIENCES.map((one) => <option key={one} value={String(one)}>{minutesText(one, language)}</option>)}
        </Choice>
        <Choice label={WORDS.draws[language]} value={String(ask.draws)} onChange={(value) => doing.change({ ...ask, draws: Number(value) })}>
          {DRAWS.map((one) => <option key={one} value={String(one)}>{one === 0 ? WORDS.noDraws[language] : `${numberText(one, language)} ${WORDS.times[language]}`}</option>)}
        </Choice>
        {ask.layer !== null && <ByName candidates={candidates} goTo={goTo} />}
        <label class="chip check">
          <input type="checkbox" checked={ask.closable} onChange={(event) => doing.change({ ...ask, closable: event.currentTarget.checked })} />
          <span>{WORDS.closable[language]}</span>
        </label>
      </div>
    </details>
  );
}

interface MoreProps {
  readonly candidates: Loaded<Candidates>;
  readonly goTo: (at: state.Position) => void;
}

function Count({ ask, candidates, language }: { readonly ask: Ask; readonly candidates: Loaded<Candidates>; readonly language: Language }) {
  if (candidates.state === "loading") return <p class="quiet waiting" aria-busy="true">{WORDS.loadingCandidates[language]}</p>;
  if (candidates.state === "failed") return <p class="failed" role="alert">{WORDS.candidatesFailed[language]} {candidates.reason}</p>;
  if (ask.layer === null) return null;
  if (candidates.value.count === 0) return <p class="hint" role="status">{WORDS.noCandidates[language]}</p>;
  return <p class="quiet count">{numberText(candidates.value.count, language)} {WORDS.count[language]}; {WORDS.beforeSifting[language]}.</p>;
}

/** Whether a budget is asked for without the costs that it needs. */
function lacksCosts(ask: Ask): boolean {
  if (ask.budget === null || ask.model === "lscp") return false;
  return ask.layer === null ? ask.places.some(({ cost }) => cost === null) : ask.costField === null;
}

function Run({ ask, language }: Omit<Props, "city">) {
  const lacks = lacksCosts(ask);
  const hasMarked = ask.fixed.length + ask.excluded.length > 0;
  const words = doing.told.value === null ? WORDS.run : hasMarked ? WORDS.againWith : WORDS.again;
  return (
    <>
      {lacks && <p class="hint" role="status">{WORDS.needsCost[language]}</p>}
      <button type="submit" class="main run" disabled={!doing.isAllowed.value || !hasCandidates(ask) || lacks || doing.search.value !== null || doing.key.value === null}>
        {words[language]}
      </button>
      <Forbidden />
    </>
  );
}

export function AskPart({ ask, city, candidates, goTo }: Omit<Props, "language"> & MoreProps) {
  const language = state.language.value;
  const props = { ask, city, language };
  return (
    <form class="siting-ask" aria-label={WORDS.ask[language]} onSubmit={(event) => { event.preventDefault(); doing.run(city); }}>
      <div class="question">
        <Choice label={WORDS.aim[language]} value={ask.model} onChange={(value) => doing.change({ ...ask, model: value as Model })}>
          {MODELS.map((one) => <option key={one} value={one}>{WORDS[one][language]}</option>)}
        </Choice>
        <HowMany {...props} />
        <From {...props} />
      </div>
      <OfLayer {...props} />
      <Places {...props} />
      <Count ask={ask} candidates={candidates} language={language} />
      <More ask={ask} candidates={candidates} goTo={goTo} language={language} />
      <MarkedPart ask={ask} candidates={candidates} />
      <Run ask={ask} language={language} />
    </form>
  );
}
