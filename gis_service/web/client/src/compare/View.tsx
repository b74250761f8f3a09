/** Two states beside each other: today, what is tried out, or scenarios; by a bar, on two maps, or as their difference. */

import { effect } from "@preact/signals";
import { render } from "preact";
import { useEffect, useState } from "preact/hooks";

import { STEPS } from "../changes";
import { numberText, word, type Language } from "../language";
import { lent } from "../map/lent";
import type { City } from "../page";
import { Failed } from "../parts/Failed";
import type { PartProps } from "../parts/Later";
import { HIDDEN, isHidden, RAMP, stepText } from "../ramp";
import { readScenarios, type Scenario } from "../scenarios";
import * as state from "../state";
import * as trying from "../trying";
import { EDITS, TODAY, WAYS, type Side } from "./asks";
import { CELL_STEPS, SMALL } from "./cells";
import "./compare.css";
import * as comparing from "./comparing";
import { isKnown, Keep } from "./Keep";
import { followSides } from "./onMap";
import { OverNow, sideName } from "./Over";
import { Sentence } from "./Sentence";
import { Table } from "./Table";
import { say } from "./words";

/** Read both sides, draw them, and lay the bar over them, as long as the part is open. */
function useComparing(city: City): void {
  useEffect(() => {
    trying.tool.value = null;
    trying.chosen.value = null;
    trying.openLink.value = null;
    const [endPair, endKept] = [comparing.followPair(), comparing.followKept()];
    return () => {
      endPair();
      endKept();
    };
  }, []);
  const map = lent.value;
  useEffect(() => {
    if (!map) return undefined;
    const over = document.createElement("div");
    over.className = "compare-over";
    map.getContainer().parentElement?.append(over);
    render(<OverNow />, over);
    const stop = followSides(map, city);
    // Where the bar stands is a style of its own, so that dragging it draws nothing anew.
    const stopBar = effect(() => { document.body.style.setProperty("--compare-part", `${comparing.part.value * 100}%`); });
    return () => {
      stop();
      stopBar();
      render(null, over);
      over.remove();
    };
  }, [map]);
}

/** Scenarios of the reader; none for somebody unknown. */
function useScenarios(language: Language): readonly Scenario[] {
  const [list, setList] = useState<readonly Scenario[]>([]);
  const [isIn, reader] = [isKnown(), state.reader.value];
  useEffect(() => {
    if (!isIn) {
      setList([]);
      return undefined;
    }
    const stop = new AbortController();
    // The sides of the address can be compared without the list.
    readScenarios(language, stop.signal).then(setList).catch(() => undefined);
    return () => stop.abort();
  }, [language, reader, isIn]);
  return list;
}

function SideChoice({ at, list, language }: { readonly at: "before" | "after"; readonly list: readonly Scenario[]; readonly language: Language }) {
  const chosen = comparing.asks.value[at];
  const hasEdits = trying.edits.value.length > 0 || chosen === EDITS;
  const unlisted = chosen !== TODAY && chosen !== EDITS && !list.some(({ id }) => id === chosen);
  return (
    <label class="field"><span>{say(at === "before" ? "left" : "right", language)}</span>
      <select value={chosen} onChange={(event) => comparing.ask({ [at]: event.currentTarget.value as Side })}>
        <option value={TODAY}>{say("today", language)}</option>
        {hasEdits && <option value={EDITS}>{say("edits", language)} ({numberText(trying.edits.value.length, language)})</option>}
        {list.map((one) => <option key={one.id} value={one.id}>{one.title[language]}</option>)}
        {unlisted && <option value={chosen}>{sideName(chosen)}</option>}
      </select></label>
  );
}

function Ways({ language }: { readonly language: Language }) {
  return (
    <div class="compare-ways" role="group" aria-label={say("ways", language)}>
      {WAYS.map((way) => (
        <button key={way} type="button" aria-pressed={comparing.asks.value.way === way} onClick={() => comparing.ask({ way })}>{say(way, language)}</button>
      ))}
    </div>
  );
}

/** What the colours mean: shares on both sides, or how they differ. */
function Colours({ language }: { readonly language: Language }) {
  const { way, study } = comparing.asks.value;
  const steps = way === "change" ? STEPS.map(({ colour, text }) => ({ colour, text })) : RAMP.map(({ colour }, index) => ({ colour, text: stepText(index, language) }));
  const pair = comparing.pairReady();
  const hidden = way === "change" ? comparing.rows.value?.some(({ before, after }) => before === null || after === null)
    : [pair?.before, pair?.after].some((one) => one?.zones.some(isHidden));
  return (
    <section class="legend compare-legend">
      <p class="legend-title">{way === "change" ? word("changeLegend", language) : say("shares", language)}</p>
      <div class="ramp">{steps.map(({ colour, text }) => <p key={colour}><i style={{ background: colour }} /><span>{text}</span></p>)}</div>
      {hidden && <p class="legend-row"><i class="patch" style={{ background: HIDDEN }} />{word("hiddenFigure", language)}</p>}
      {way === "change" && study !== null && (
        <>
          <p class="legend-title">{say("cells", language)}</p>
          <div class="ramp">{CELL_STEPS.map(({ colour, text }) => <p key={colour}><i style={{ background: colour }} /><span>{text}</span></p>)}</div>
          <p class="legend-row"><i class="patch" style={{ background: SMALL }} />{say("small", language)}</p>
        </>
      )}
    </section>
  );
}

/** Edits that the map does not show, on either side. */
function Left({ language }: { readonly language: Language }) {
  const sides = [comparing.pairReady()?.before, comparing.pairReady()?.after].filter((one) => one !== undefined && one.left > 0);
  if (sides.length === 0) return null;
  return <aside class="notice">{sides.map((one) => one && <p key={one.side}>{sideName(one.side)}: {say("notDrawn", language)}: {numberText(one.left, language)}.</p>)}</aside>;
}

export default function View({ city }: PartProps) {
  const language = state.language.value;
  useComparing(city);
  const list = useScenarios(language);
  const pair = comparing.pair.value;
  return (
    <section class="comparing" aria-label={say("title", language)}>
      <p class="buttons"><button type="button" class="plain" onClick={() => { state.viewAsks.value = ""; }}>‹ {say("back", language)}</button></p>
      <Sentence city={city} language={language} />
      {comparing.isSame.value && <p class="quiet" role="status">{say("same", language)}</p>}
      {!comparing.isSame.value && pair.state === "loading" && <p class="quiet waiting" aria-busy="true">{say("loading", language)}</p>}
      {pair.state === "failed" && comparing.counted.value !== null && <p class="quiet">{say("onlyKept", language)}</p>}
      {pair.state === "failed" && comparing.counted.value === null && <Failed what={say("failed", language)} why={pair.reason} retry={() => { state.attempt.value += 1; }} />}
      <SideChoice at="before" list={list} language={language} />
      <SideChoice at="after" list={list} language={language} />
      <p class="buttons"><button type="button" class="plain" onClick={comparing.swap}>⇄ {say("swap", language)}</button></p>
      <Ways language={language} />
      <Colours language={language} />
      <Left language={language} />
      <div class="units"><Table language={language} /></div>
      <Keep language={language} />
    </section>
  );
}
