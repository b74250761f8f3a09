/** What lies on the map: zoom buttons, legend, credits, and the words when it cannot be drawn. */

import { word } from "../language";
import type { Layer } from "../layers";
import type { MapHandle } from "../map";
import * as state from "../state";
import { MinusIcon, PlusIcon, WholeIcon } from "./icons";
import { Legend } from "./Legend";

/** The source, and its licence where the words of the source do not name it already. */
function creditOf({ source, licence }: Layer): string {
  return licence === "" || source.includes(licence) ? source : `${source} (${licence})`;
}

function Credits() {
  const credits = [...new Set(state.shownLayers.value
    .filter((layer) => layer.source !== "")
    .map((layer) => creditOf(layer)))];
  if (credits.length === 0) return null;
  return (
    <details class="credits">
      <summary>{word("credits", state.language.value)}: {credits.join(" · ")}</summary>
      <ul>{credits.map((credit) => <li key={credit}>{credit}</li>)}</ul>
    </details>
  );
}

export function MapTools({ handle }: { readonly handle: MapHandle | null }) {
  const language = state.language.value;
  return (
    <>
      {state.mapFailed.value && <p class="map-failed" role="alert">{word("noWebgl", language)}</p>}
      {handle && (
        <div class="tools" role="group" aria-label={word("map", language)}>
          <button type="button" aria-label={word("zoomIn", language)} title={word("zoomIn", language)}
            onClick={() => handle.zoom(1)}><PlusIcon /></button>
          <button type="button" aria-label={word("zoomOut", language)} title={word("zoomOut", language)}
            onClick={() => handle.zoom(-1)}><MinusIcon /></button>
          <button type="button" aria-label={word("wholeCity", language)} title={word("wholeCity", language)}
            onClick={handle.showAll}><WholeIcon /></button>
        </div>
      )}
      <Legend />
      <Credits />
    </>
  );
}
