/** What lies on the map: the switch of states, buttons, legend, inset, credits, and the words when it cannot be drawn. */

import { word } from "../language";
import type { Layer } from "../layers";
import type { MapHandle } from "../map/map";
import type { City } from "../page";
import * as state from "../state";
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
  const asked = state.view.value === "coverage" ? [state.vintage.value?.layer, state.question.value?.service] : [];
  const wanted = new Set([...asked, ...base, ...state.shown.value]);
  return state.readyLayers.value.filter((layer) => wanted.has(layer.id) && !layer.isEmpty);
}

function Credits() {
  const language = state.language.value;
  const layers = credited();
  const credits = [...new Set(layers.filter((layer) => layer.source !== "").map(creditOf))];
  if (credits.length === 0) return null;
  const isGenerated = layers.some((layer) => layer.generated);
  return (
    <details class="credits">
      <summary>
        {isGenerated && <b>{word("allGenerated", language)} · </b>}{word("credits", language)}: {credits.join(" · ")}
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

export function OnMap({ city, handle }: { readonly city: City; readonly handle: MapHandle | null }) {
  const language = state.language.value;
  return (
    <>
      {state.mapFailed.value && <p class="map-failed" role="alert">{word("noWebgl", language)}</p>}
      <StateSwitch />
      {handle && <Tools handle={handle} city={city} />}
      {!state.isPhone.value && <Legend />}
      {!state.mapFailed.value && <Inset city={city} />}
      <Credits />
    </>
  );
}
