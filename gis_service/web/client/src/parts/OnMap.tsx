/** What lies on the map: the switch of states, buttons, legend, inset, credits, and the words when it cannot be drawn. */

import { word } from "../language";
import type { Layer } from "../layers";
import { GROUND, unitSource } from "../layers";
import { lentUnits } from "../map/lent";
import type { MapHandle } from "../map/map";
import type { City } from "../page";
import * as state from "../state";
import { Failed } from "./Failed";
import { MinusIcon, PlusIcon, WholeIcon } from "./icons";
import { Inset } from "./Inset";
import { Legend } from "./Legend";
import { StateSwitch } from "./StateSwitch";

/** The source, and its licence where the words of the source do not name it already. */
function creditOf({ source, licence }: Layer): string {
  return licence === "" || source.includes(licence) ? source : `${source} (${licence})`;
}

/** Layers behind what the map shows: the units, the places, and the base map's own. */
function credited(): readonly Layer[] {
  const base = ["roads", "rivers", "settlement", "district_2024", "ferries"];
  const asked = state.view.value === "coverage" ? [state.vintage.value?.layer, state.told.value?.service] : [];
  const wanted = new Set([...asked, lentUnits.value?.vintage.layer, ...base, ...state.shown.value]);
  return state.readyLayers.value.filter((layer) => wanted.has(layer.id) && !layer.isEmpty);
}

function Credits() {
  const language = state.language.value;
  const layers = credited();
  const background = state.city.value?.imagery.find((one) => one.id === state.background.value);
  const credits = [...new Set([...(background ? [background.credit[language]] : []), ...layers.filter((layer) => layer.source !== "").map(creditOf)])];
  if (credits.length === 0) return null;
  const isGenerated = layers.some((layer) => layer.generated);
  return (
    <details class="credits">
      <summary>
        {isGenerated && <b>{word(state.isPhone.value ? "generatedShort" : "allGenerated", language)} · </b>}{word("credits", language)}: {credits.join(" · ")}
      </summary>
      <ul>{credits.map((credit) => <li key={credit}>{credit}</li>)}</ul>
    </details>
  );
}

function Tools({ handle, city }: { readonly handle: MapHandle; readonly city: City }) {
  const language = state.language.value;
  const showAll = `${word("wholeCity", language)}: ${city.title[language]}`;
  return (
    <div class="tools" role="group" aria-label={word("map", language)}>
      <button type="button" aria-label={word("zoomIn", language)} title={word("zoomIn", language)}
        onClick={() => handle.zoom(1)}><PlusIcon /></button>
      <button type="button" aria-label={word("zoomOut", language)} title={word("zoomOut", language)}
        onClick={() => handle.zoom(-1)}><MinusIcon /></button>
      <button type="button" aria-label={showAll} title={showAll} onClick={handle.showAll}><WholeIcon /></button>
    </div>
  );
}

/** What of the map could not be fetched, unless the panel beside it says so already. */
function Troubles({ handle, retryLayers }: { readonly handle: MapHandle | null; readonly retryLayers: () => void }) {
  const language = state.language.value;
  const list = state.layers.value;
  const units = unitSource(state.vintage.value?.layer ?? "");
  const what = [...(state.broken.value.has(units) ? ["unitsFailed" as const] : []), ...(state.broken.value.has(GROUND) ? ["baseFailed" as const] : [])];
  const hasNoList = list.state === "failed" && state.view.value === "coverage";
  if (!hasNoList && what.length === 0) return null;
  return (
    <div class="troubles">
      {hasNoList && <Failed what={word("layersFailedOnMap", language)} why={list.reason} retry={retryLayers} />}
      {what.length > 0 && handle && <Failed what={what.map((one) => word(one, language)).join(" ")} retry={handle.reloadGround} />}
    </div>
  );
}

/** The map is not there yet, or lacks what only the list of layers can tell; other panels than the answer's say so themselves. */
function Waiting({ hasMap }: { readonly hasMap: boolean }) {
  const lacksList = state.layers.value.state === "loading" && state.view.value === "coverage";
  if (state.mapFailed.value || (hasMap && !lacksList)) return null;
  return <p class="map-waiting waiting" aria-busy="true">{word(hasMap ? "loadingLayers" : "drawingMap", state.language.value)}</p>;
}

interface Props {
  readonly city: City;
  readonly handle: MapHandle | null;
  readonly retryLayers: () => void;
}

export function OnMap({ city, handle, retryLayers }: Props) {
  const language = state.language.value;
  return (
    <>
      {state.mapFailed.value && <p class="map-failed" role="alert">{word("noWebgl", language)}</p>}
      <Waiting hasMap={handle !== null} />
      <StateSwitch />
      {handle && <Tools handle={handle} city={city} />}
      {!state.mapFailed.value && <Troubles handle={handle} retryLayers={retryLayers} />}
      {!state.isPhone.value && <Legend />}
      {!state.mapFailed.value && <Inset city={city} />}
      <Credits />
    </>
  );
}
