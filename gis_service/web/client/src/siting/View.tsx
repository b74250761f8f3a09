/** Where next: the question, the search while it goes on, the plan, and what can be done with it. */

import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";

import { load } from "../loading";
import { legendRows, lent } from "../map/lent";
import type { PartProps } from "../parts/Later";
import * as state from "../state";
import { LOADING, type Loaded } from "../state";
import { AskPart } from "./AskPart";
import { pressedOf, readCandidates, rowsText, type Candidates } from "./candidates";
import { ChosenPart } from "./ChosenPart";
import * as doing from "./doing";
import { LegendRows } from "./LegendRows";
import { drawOn } from "./map";
import { ResultPart } from "./ResultPart";
import { SearchPart } from "./SearchPart";
import "./siting.css";

const ofLayer = signal<Loaded<Candidates>>(LOADING);

/** The candidates that are asked about; those of a layer are on their way, here, or not to be had. */
function candidatesNow(): Loaded<Candidates> {
  const ask = doing.ask.value;
  return ask === null || ask.layer === null ? { state: "ready", value: ask === null ? { list: [], count: 0 } : pressedOf(ask) } : ofLayer.value;
}

export default function View({ city, reload }: PartProps) {
  const ask = doing.ask.value;
  const [layer, rows] = ask === null ? [null, null] : [ask.layer, rowsText(ask, city)];
  const [reader, map] = [state.reader.value, lent.value];
  useEffect(() => doing.open(), []);
  useEffect(() => {
    legendRows.value = LegendRows;
    return () => { legendRows.value = null; };
  }, []);
  useEffect(() => {
    if (layer === null) return undefined;
    const stop = new AbortController();
    ofLayer.value = LOADING;
    void load(ofLayer, readCandidates(layer, rows, state.language.peek(), stop.signal));
    return () => stop.abort();
  }, [layer, rows, reader]);
  useEffect(() => {
    if (map === null) return undefined;
    return drawOn(map, () => {
      const found = candidatesNow();
      return found.state === "ready" ? found.value.list : [];
    });
  }, [map]);
  if (ask === null) return null;
  return (
    <div class="siting">
      <SearchPart city={city} />
      <ChosenPart ask={ask} candidates={candidatesNow()} />
      <AskPart ask={ask} city={city} candidates={candidatesNow()} goTo={reload.goTo} />
      <ResultPart ask={ask} city={city} goTo={reload.goTo} />
    </div>
  );
}
