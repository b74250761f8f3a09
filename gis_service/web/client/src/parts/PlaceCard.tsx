/** One place of the service while something is tried out: what it is, whom it serves, and what can be done with it. */

import { useState } from "preact/hooks";

import { isPlace, keyOf, newName, withCapacity, withClosed, withMoved, withoutKey, type Target } from "../edits";
import { rounded } from "../editsText";
import { numberText, word, type Language } from "../language";
import { coordinatesIn } from "../search";
import * as state from "../state";
import * as trying from "../trying";
import { NumberInput } from "./NumberInput";

export function placeName(target: Target, language: Language): string {
  if (typeof target === "string") return newName(target, language);
  return state.placesTold.value?.find((one) => one.fid === target)?.name ?? `#${target}`;
}

function codeOf(target: Target): string | null {
  if (typeof target === "string") return target;
  return state.placesTold.value?.find((one) => one.fid === target)?.code ?? null;
}

/** People within the standard whose nearest place this is, before and after. */
function Load({ target, language }: { readonly target: Target; readonly language: Language }) {
  const load = trying.difference.value?.value.facilities.find((one) => one.id === codeOf(target));
  if (!load) return null;
  const count = (people: number | null | undefined): string => (typeof people === "number" ? numberText(Math.round(people), language) : "–");
  return (
    <>
      <p>{word("nearestOf", language)}: {count(load.load_before)} → <strong class="plain-strong">{count(load.load_after)}</strong> {word("peopleUnit", language)}.</p>
      {load.above_after !== undefined && <p>{word("aboveRoom", language)}: {count(load.above_before)} → <strong class="plain-strong">{count(load.above_after)}</strong>.</p>}
    </>
  );
}

/** How many the place has room for, where the layer of the service knows of it; empty for what it has anyway. */
function Room({ target, language }: { readonly target: Target; readonly language: Language }) {
  const field = state.city.value?.fields[state.told.value?.service ?? ""]?.find((one) => one.name === "capacity");
  const [isWrong, setWrong] = useState(false);
  if (!field) return null;
  const edit = trying.edits.value.find((one) => one.op === "capacity" && one.target === target);
  const places = edit?.op === "capacity" ? edit.places : null;
  const take = (input: HTMLInputElement): boolean => {
    const given = input.valueAsNumber;
    const isEmpty = input.value === "" && !input.validity.badInput;
    const isGood = isEmpty || (Number.isInteger(given) && given >= 0);
    setWrong(!isGood);
    if (isGood) trying.change(withCapacity(trying.edits.peek(), target, isEmpty ? null : given));
    return isGood;
  };
  return (
    <label class="coordinates">
      {field.label[language]}
      <NumberInput value={places} least={0} step={1} placeholder={word("asItIs", language)} isWrong={isWrong} take={take} />
      {isWrong && <small class="wrong" role="alert">{word("roomWrong", language)}</small>}
    </label>
  );
}

/** The place typed, latitude first; for those who do not drag. */
function Coordinates({ target, language }: { readonly target: Target; readonly language: Language }) {
  const at = trying.chosenAt.value;
  const [isWrong, setWrong] = useState(false);
  if (at === null) return null;
  const move = (text: string): void => {
    const found = coordinatesIn(text)?.at ?? null;
    setWrong(found === null);
    if (found) trying.change(withMoved(trying.edits.peek(), target, rounded(found)));
  };
  return (
    <label class="coordinates">
      {word("coordinates", language)}
      <input type="text" inputMode="decimal" defaultValue={`${at[1].toFixed(5)}, ${at[0].toFixed(5)}`} key={at.join()} aria-invalid={isWrong}
        onChange={(event) => move(event.currentTarget.value)} />
      {isWrong && <small class="wrong" role="alert">{word("coordinatesWrong", language)}</small>}
    </label>
  );
}

export function PlaceCard({ target }: { readonly target: Target }) {
  const language = state.language.value;
  const edit = trying.edits.value.find((one) => isPlace(one) && one.target === target);
  const isClosed = edit?.op === "close";
  const close = (): void => {
    trying.change(withClosed(trying.edits.peek(), target));
    if (typeof target === "string") trying.chosen.value = null;
  };
  const restore = (): void => {
    if (edit) trying.change(withoutKey(trying.edits.peek(), keyOf(edit)));
    if (typeof target === "string") trying.chosen.value = null;
  };
  return (
    <article class="card place" aria-label={placeName(target, language)}>
      <button class="card-close" type="button" aria-label={word("close", language)} onClick={() => { trying.chosen.value = null; }}>×</button>
      <h2>{placeName(target, language)}</h2>
      {isClosed && <p class="verdict failing">{word("closedHere", language)}.</p>}
      <Load target={target} language={language} />
      {!isClosed && <Coordinates target={target} language={language} />}
      {!isClosed && <Room target={target} language={language} />}
      <p class="buttons">
        {!isClosed && <button type="button" class="plain" onClick={close}>{word(typeof target === "string" ? "takeAway" : "closePlace", language)}</button>}
        {edit && edit.op !== "add" && <button type="button" class="plain" onClick={restore}>{word("asBefore", language)}</button>}
      </p>
    </article>
  );
}
