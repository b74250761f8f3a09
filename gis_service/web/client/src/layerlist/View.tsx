/** The layers: those on the map as they lie, all of them by sector, and what lies under the map. */

import { numberText, word, type Language, type Word } from "../language";
import { BACKGROUND, drawable, type Layer } from "../layers";
import type { City } from "../page";
import { Failed } from "../parts/Failed";
import type { PartProps } from "../parts/Later";
import { OfflineLink } from "../parts/OfflineLink";
import { TimeChoice } from "../parts/TimeChoice";
import * as state from "../state";
import { Groups } from "./Groups";
import "./layerlist.css";
import { Stack } from "./Stack";

interface AsideProps {
  /** Why these cannot be switched on. */
  readonly why: Word;
  readonly layers: readonly Layer[];
  readonly language: Language;
}

function Aside({ why, layers, language }: AsideProps) {
  if (layers.length === 0) return null;
  return (
    <details class="without-data">
      <summary>{word(why, language)} ({numberText(layers.length, language)})</summary>
      <ul>{layers.map((layer) => <li key={layer.id}>{layer.title}</li>)}</ul>
    </details>
  );
}

/** What lies under the map; nothing to choose where there are no pictures for it. */
function Background({ city, language }: { readonly city: City; readonly language: Language }) {
  if (city.imagery.length === 0) return null;
  const choices = [{ id: null, title: word("ownGround", language) }, ...city.imagery.map(({ id, title }) => ({ id, title: title[language] }))];
  return (
    <fieldset>
      <legend>{word("background", language)}</legend>
      <ul>
        {choices.map(({ id, title }) => (
          <li key={id}>
            <label class="layer">
              <input type="radio" name="background" checked={state.background.value === id}
                onChange={() => { state.background.value = id; }} />
              <span class="layer-title">{title}</span>
            </label>
          </li>
        ))}
      </ul>
      {state.broken.value.has(BACKGROUND) && <p class="quiet" role="status">{word("backgroundFailed", language)}</p>}
    </fieldset>
  );
}

export default function LayerList({ city, reload }: PartProps) {
  const language = state.language.value;
  const loaded = state.layers.value;
  if (loaded.state === "loading") return <p class="quiet" aria-busy="true">{word("loadingLayers", language)}</p>;
  if (loaded.state === "failed") return <Failed what={word("layersFailed", language)} why={loaded.reason} retry={reload.layers} />;
  const able = drawable(loaded.value);
  return (
    <section class="layers" aria-label={word("layers", language)}>
      <TimeChoice city={city} />
      <Stack language={language} />
      {able.length === 0
        ? <p class="quiet">{word("noLayers", language)}</p>
        : <Groups layers={loaded.value.filter((layer) => able.includes(layer))} city={city} language={language} reload={reload} />}
      <Aside why="needToken" layers={loaded.value.filter((layer) => !layer.hasTiles && !layer.isEmpty)} language={language} />
      <Aside why="emptyLayers" layers={loaded.value.filter((layer) => layer.isEmpty)} language={language} />
      <Background city={city} language={language} />
      <OfflineLink city={city} />
      <a class="about-layers" href={`layers?lang=${language}`}>{word("aboutLayers", language)}</a>
    </section>
  );
}
