/** What if: whom facilities win and lose when they open, move or close, while the reader's hand is still on them. */

import { isOfFacility, keyOf, linkName, newName, speedText, without, type Edit } from "../edits";
import { numberText, word, type Language } from "../language";
import type { City } from "../page";
import * as state from "../state";
import * as trying from "../trying";
import { countsOf, sharesText, toldOf } from "../whatIf";
import { ChangeTable } from "./ChangeTable";
import { Failed } from "./Failed";
import { BackIcon, CompareIcon, DrawIcon, ForthIcon, PlusIcon, ShutIcon, SpeedIcon } from "./icons";
import { Later, type PartProps } from "./Later";
import { PlaceCard, placeName } from "./PlaceCard";
import { Scenarios } from "./Scenarios";

/** The answer first: who gains, who loses, and what becomes of the share. */
function Sentence({ city, language }: { readonly city: City; readonly language: Language }) {
  const [difference, study] = [trying.difference.value, state.answered.value?.coverage ?? null];
  if (trying.drawn.value.length === 0) return <h1>{word("whatIfHint", language)}</h1>;
  if (difference === null || study === null) {
    return trying.failed.value === null ? <p class="quiet waiting" aria-busy="true">{word("loadingAnswer", language)}</p> : null;
  }
  const group = state.group.value;
  const service = city.services.find((one) => one.id === state.told.value?.service)?.title[language] ?? "";
  const told = toldOf(study, difference.value, group, service, language);
  const shares = sharesText(countsOf(difference.value, group), language);
  return (
    <div class={trying.isOld.value ? "told-change old" : "told-change"} aria-busy={trying.isOld.value}>
      <h1 aria-live="polite">
        {told.gain && <span class="gain">{told.gain}</span>} {told.loss && <span class="loss">{told.loss}</span>}
        {!told.gain && !told.loss && word("nobodyChanges", language)}
      </h1>
      {shares && <p class="delta">{shares}</p>}
    </div>
  );
}

function Tools({ language }: { readonly language: Language }) {
  const pressed = trying.tool.value;
  const take = (tool: trying.Tool): void => {
    trying.tool.value = pressed === tool ? null : tool;
    trying.chosen.value = null;
    trying.openLink.value = null;
    if (tool === "shut") for (const layer of ["roads", "ferries"]) state.show(layer, true);
  };
  const { past, future } = trying.steps.value;
  return (
    <div class="trying-tools" role="toolbar" aria-label={word("whatif", language)}>
      <button type="button" class="main" aria-pressed={pressed === "add"} disabled={trying.isFull.value} onClick={() => take("add")}><PlusIcon />{word("addPlace", language)}</button>
      <button type="button" class="plain" aria-pressed={pressed === "shut"} disabled={trying.isFull.value} onClick={() => take("shut")}><ShutIcon />{word("shutWay", language)}</button>
      <button type="button" class="plain" aria-pressed={pressed === "link"} disabled={trying.isFull.value} onClick={() => take("link")}><DrawIcon />{word("drawRoad", language)}</button>
      <button type="button" class="plain" aria-pressed={pressed === "speed"} onClick={() => take("speed")}><SpeedIcon />{word("roadSpeed", language)}</button>
      <span class="space" />
      <button type="button" class="plain icon" disabled={past.length === 0} aria-label={word("undo", language)} title={word("undo", language)} onClick={trying.undo}><BackIcon /></button>
      <button type="button" class="plain icon" disabled={future.length === 0} aria-label={word("redo", language)} title={word("redo", language)} onClick={trying.redo}><ForthIcon /></button>
    </div>
  );
}

function editText(edit: Edit, language: Language): string {
  if (edit.op === "link") return linkName(edit, language);
  if (edit.op === "speed") {
    const words = state.city.value?.fields["roads"]?.find((one) => one.name === "road_class")?.words ?? {};
    const of = typeof edit.of === "number" ? `${word("roadNumber", language)} ${edit.of}` : words[edit.of]?.[language] ?? edit.of;
    return `${word("roadSpeed", language)}: ${of}, ${speedText(edit, language)}`;
  }
  if (edit.op === "capacity") return `${word("room", language)} ${numberText(edit.places, language)}: ${placeName(edit.target, language)}`;
  if (edit.op === "shut") return `${word(edit.layer === "roads" ? "shutRoad" : "stopFerry", language)} ${edit.fid}`;
  if (edit.op === "add") return newName(edit.target, language);
  return `${word(edit.op === "move" ? "moved" : "closedNow", language)}: ${placeName(edit.target, language)}`;
}

function EditList({ language, goTo }: { readonly language: Language; readonly goTo: (at: state.Position) => void }) {
  const edits = trying.edits.value;
  if (edits.length === 0) return null;
  const choose = (edit: Edit): void => {
    trying.openLink.value = edit.op === "link" ? edit.name : null;
    trying.tool.value = edit.op === "speed" ? "speed" : null;
    trying.chosen.value = isOfFacility(edit) ? edit.target : null;
    if (edit.op === "link") goTo(edit.line[Math.floor(edit.line.length / 2)] ?? edit.line[0]!);
    const at = trying.chosenAt.peek();
    if (at) goTo(at);
  };
  return (
    <section class="edits" aria-label={word("edits", language)}>
      <ol>
        {edits.map((edit, index) => (
          <li key={keyOf(edit)}>
            <i class={`edit-dot of-${edit.op}`} aria-hidden="true" />
            {edit.op === "shut" ? <span>{editText(edit, language)}</span>
              : <button type="button" class="link" onClick={() => choose(edit)}>{editText(edit, language)}</button>}
            <button type="button" class="take-back" aria-label={`${word("takeBack", language)}: ${editText(edit, language)}`}
              title={word("takeBack", language)} onClick={() => trying.change(without(edits, index))}>×</button>
          </li>
        ))}
      </ol>
      {edits.length > 1 && <button type="button" class="plain" onClick={() => trying.change([])}>{word("takeAllBack", language)}</button>}
    </section>
  );
}

/** Any open place, for those who choose from a list. */
function PlaceList({ language, goTo }: { readonly language: Language; readonly goTo: (at: state.Position) => void }) {
  const places = state.placesTold.value ?? [];
  if (places.length === 0) return null;
  const choose = (text: string): void => {
    trying.chosen.value = text === "" ? null : Number(text);
    const at = trying.chosenAt.peek();
    if (at) goTo(at);
  };
  const shown = typeof trying.chosen.value === "number" ? String(trying.chosen.value) : "";
  return (
    <label class="choice">
      {word("choosePlace", language)}
      <select value={shown} onChange={(event) => choose(event.currentTarget.value)}>
        <option value="">–</option>
        {places.filter((one) => state.openNow.value.has(one.fid)).map((one) => <option key={one.fid} value={String(one.fid)}>{one.name}</option>)}
      </select>
    </label>
  );
}

function Hint({ language }: { readonly language: Language }) {
  const tool = trying.tool.value;
  if (tool !== "add" && tool !== "shut") return null;
  return <p class="hint" role="status">{word(tool === "add" ? "addHint" : state.zoom.value < 14 ? "shutFarHint" : "shutHint", language)}</p>;
}

function Told({ language }: { readonly language: Language }) {
  const notices = trying.difference.value?.value.notice_texts ?? [];
  if (notices.length === 0) return null;
  return <aside class="notice">{notices.map((one) => <p key={one.code}>{one[language]}</p>)}</aside>;
}

const ways = (): Promise<typeof import("../ways/View")> => import("../ways/View");

/** What is told of roads is fetched when a road is first spoken of. */
function Ways(props: PartProps) {
  const tool = trying.tool.value;
  if (tool !== "link" && tool !== "speed" && trying.openLink.value === null) return null;
  return <Later fetched={ways} {...props} />;
}

const compare = (): Promise<typeof import("../compare/View")> => import("../compare/View");

/** To compare with today; who has saved scenarios chooses among them there. */
function CompareButton({ language }: { readonly language: Language }) {
  if (trying.edits.value.length === 0 && state.detail.value !== "points" && state.account.value === null) return null;
  return <p class="compare-button"><button type="button" class="plain" onClick={() => { state.viewAsks.value = `compare.today.${trying.edits.peek().length > 0 ? "edits" : "today"}.swipe`; }}><CompareIcon />{word("compare", language)}</button></p>;
}

export function WhatIfPart({ city, reload }: PartProps) {
  const language = state.language.value;
  if (state.viewAsks.value.startsWith("compare.")) return <Later fetched={compare} city={city} reload={reload} />;
  const { goTo } = reload;
  return (
    <>
      {state.isPhone.value && trying.chosen.value !== null && <PlaceCard target={trying.chosen.value} />}
      <section class="answer" aria-label={word("answer", language)}><Sentence city={city} language={language} /></section>
      {trying.failed.value !== null && <Failed what={word("whatIfFailed", language)} why={trying.failed.value} retry={() => { state.attempt.value += 1; }} />}
      <Tools language={language} />
      <Hint language={language} />
      <Ways city={city} reload={reload} />
      <EditList language={language} goTo={goTo} />
      <CompareButton language={language} />
      <ChangeTable language={language} />
      <PlaceList language={language} goTo={goTo} />
      <Scenarios language={language} />
      <Told language={language} />
    </>
  );
}
