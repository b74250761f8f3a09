/** Everything about one layer in one place: where it lies, how dense it is drawn, its numbers, where it comes from, its files. */

import { numberText, type Language } from "../language";
import type { Layer } from "../layers";
import type { City } from "../page";
import type { Reload } from "../parts/App";
import * as state from "../state";
import { About } from "./About";
import { Download } from "./Download";
import { Numbers } from "./Numbers";
import { say } from "./words";

function Opacity({ layer, language }: { readonly layer: Layer; readonly language: Language }) {
  const percent = Math.round((state.opacities.value.get(layer.id) ?? 1) * 100);
  return (
    <label class="opacity">{say("opacity", language)}
      <input type="range" min="10" max="100" step="5" value={percent} aria-valuetext={`${percent} %`}
        onInput={(event) => state.draw(layer.id, Number(event.currentTarget.value) / 100)} />
      <output>{numberText(percent, language)} %</output>
    </label>
  );
}

interface Props {
  readonly layer: Layer;
  readonly city: City;
  readonly language: Language;
  readonly reload: Reload;
}

export function Card({ layer, city, language, reload }: Props) {
  const isShown = state.shown.value.has(layer.id);
  const only = (): void => {
    for (const { id } of state.shownLayers.peek()) if (id !== layer.id) state.show(id, false);
    state.show(layer.id, true);
  };
  return (
    <div class="layer-card" id={`about-${layer.id}`} role="group" aria-label={layer.title}>
      {layer.description && <p>{layer.description}</p>}
      <p class="buttons">
        {layer.bbox && <button type="button" class="plain" onClick={() => { if (layer.bbox) reload.showBox(layer.bbox); }}>{say("zoomTo", language)}</button>}
        <button type="button" class="plain" onClick={only}>{say("onlyThis", language)}</button>
      </p>
      {isShown && <Opacity layer={layer} language={language} />}
      <h3>{say("inNumbers", language)}</h3>
      <Numbers layer={layer} language={language} />
      <About layer={layer} language={language} />
      <h3>{say("download", language)}</h3>
      <Download layer={layer} city={city} language={language} />
    </div>
  );
}
